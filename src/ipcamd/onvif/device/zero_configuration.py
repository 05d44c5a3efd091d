"""Zero configuration (ONVIF Core, 8.2.16): a link-local address, which the operating system may assign."""

from ipaddress import ip_address

from ipcamd.onvif.device.network import TOKEN
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.writer import Content, node, optional_node
from ipcamd.params.network import NETWORK


def get_zero_configuration(call: OperationCall) -> Content:
    """Return whether the interface has a link-local address, and the address."""
    address = _link_local_address(call)
    return node(
        "tds:ZeroConfiguration",
        node("tt:InterfaceToken", TOKEN),
        node("tt:Enabled", address is not None),
        optional_node("tt:Addresses", address),
    )


def set_zero_configuration(call: OperationCall) -> None:
    """Accept the present state, because only the operating system can change it."""
    if call["InterfaceToken"] != TOKEN:
        raise invalid_argument(f"InterfaceToken: allowed is {TOKEN}", "InvalidNetworkInterface")
    if call["Enabled"] != (_link_local_address(call) is not None):
        raise invalid_argument("Enabled: the system decides on link-local addresses", "SettingNotSupported")


def _link_local_address(call: OperationCall) -> str | None:
    address = call.present(NETWORK, "IPAddress")
    return address if address and ip_address(address).is_link_local else None
