"""Dynamic DNS (ONVIF Core, 8.2.14): the host name that ``Network.DNSUpdate`` keeps up to date."""

from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.writer import Content, node, optional_node
from ipcamd.params.network import DNSUPDATE

TYPES = ("NoUpdate", "ServerUpdates", "ClientUpdates")
"""Values of ``tt:DynamicDNSType``."""


def get_dynamic_dns(call: OperationCall) -> Content:
    """Return the host name, and whether the camera updates it."""
    values = call.camera.settings[DNSUPDATE.name]
    return node(
        "tds:DynamicDNSInformation",
        node("tt:Type", "ClientUpdates" if values.flag("Enabled") else "NoUpdate"),
        optional_node("tt:Name", values["DNSName"] or None),
    )


async def set_dynamic_dns(call: OperationCall) -> None:
    """Switch the updates, and set the host name. ``param.cgi`` sets the service and its login."""
    if call["Type"] == "ServerUpdates":
        raise invalid_argument("Type: allowed are NoUpdate and ClientUpdates", "SettingNotSupported")
    texts = {"Enabled": "yes" if call["Type"] == "ClientUpdates" else "no"}
    if call["Name"] is not None:
        texts["DNSName"] = call["Name"]
    await call.update_group(DNSUPDATE.name, texts)
