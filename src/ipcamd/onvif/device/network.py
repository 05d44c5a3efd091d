"""Network settings: host name, DNS, NTP, interface, gateway (ONVIF Core, 8.2). The values are those of ``Network``."""

from ipaddress import IPv4Network, ip_address

from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument, prohibited, sender_fault
from ipcamd.onvif.soap.values import boolean, integer, one_of, string
from ipcamd.onvif.soap.writer import Content, Node, node
from ipcamd.params.network import NETWORK
from ipcamd.params.onvif import ONVIF
from ipcamd.params.time import NTP

_SPEEDS = {
    "10half": (10, "Half"),
    "10full": (10, "Full"),
    "100half": (100, "Half"),
    "100full": (100, "Full"),
    "1000full": (1000, "Full"),
}
"""Value of ``Network.Media`` to the speed in Mbit/s and the duplex mode."""


def get_hostname(call: OperationCall) -> Content:
    """Return the host name."""
    name = call.camera.settings[ONVIF.name]["Hostname"]
    return node("tds:HostnameInformation", node("tt:FromDHCP", False), node("tt:Name", name))


async def set_hostname(call: OperationCall) -> None:
    """Set the host name. Raises ``Fault`` ``InvalidHostname``."""
    try:
        ONVIF.kind("Hostname").normalize(call["Name"])
    except ValueError as error:
        raise invalid_argument(f"Name={call['Name'][:64]}: allowed: {error}", "InvalidHostname") from None
    await call.update_group(ONVIF.name, {"Hostname": call["Name"]})


def get_dns(call: OperationCall) -> Content:
    """Return the DNS servers."""
    servers = [call.present(NETWORK, name) for name in ("DNSServer1", "DNSServer2")]
    from_dhcp = _is_dhcp(call)
    name = "tt:DNSFromDHCP" if from_dhcp else "tt:DNSManual"
    return node(
        "tds:DNSInformation", node("tt:FromDHCP", from_dhcp), [_address(name, each) for each in servers if each]
    )


async def set_dns(call: OperationCall) -> None:
    """Set the DNS servers; with DHCP, the addresses do not change."""
    servers = [_read_address(element) for element in call["DNSManual"]]
    if call["SearchDomain"]:
        raise invalid_argument("SearchDomain: the camera has none", "SettingNotSupported")
    if len(servers) > 2:
        raise invalid_argument("DNSManual: at most two servers", "InvalidIPv4Address")
    if not call["FromDHCP"]:
        first, second = (*servers, "", "")[:2]
        await _update(call, {"DNSServer1": first, "DNSServer2": second})


def get_ntp(call: OperationCall) -> Content:
    """Return the time server without its port, which ONVIF cannot express."""
    host = call.camera.settings[NTP.name]["Server"]
    bare = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and host.count(":") == 1 else host
    return node("tds:NTPInformation", node("tt:FromDHCP", False), _network_host("tt:NTPManual", bare))


async def set_ntp(call: OperationCall) -> None:
    """Set the time server."""
    if call["FromDHCP"] or len(call["NTPManual"]) != 1:
        raise sender_fault("NotSupported", "SettingNotSupported", reason="NTP: exactly one manual server is required")
    element: Element = call["NTPManual"][0]
    kind = element.value(one_of("IPv4", "IPv6", "DNS"), "Type")
    host = element.value(string, "DNSname") if kind == "DNS" else _read_address(element)
    if host == call.camera.settings[NTP.name]["Server"].rpartition(":")[0]:
        return  # the client sent the value that it has read: keep the port
    await call.update_group(NTP.name, {"Server": host})


def get_interfaces(call: OperationCall) -> Content:
    """Return the network interface that received the request."""
    address, mask = call.present(NETWORK, "IPAddress"), call.present(NETWORK, "SubnetMask")
    is_dhcp = _is_dhcp(call)
    configured = _prefixed("tt:FromDHCP" if is_dhcp else "tt:Manual", address, mask) if address and mask else None
    media = call.camera.settings[NETWORK.name]["Media"]
    speed, duplex = _SPEEDS.get(media, (1000, "Full"))
    setting = (node("tt:AutoNegotiation", media == "auto"), node("tt:Speed", speed), node("tt:Duplex", duplex))
    return node(
        "tds:NetworkInterfaces",
        node("tt:Enabled", True),
        node("tt:Info", node("tt:Name", TOKEN), node("tt:HwAddress", call.camera.identity.mac), node("tt:MTU", 1500)),
        node(
            "tt:Link",
            node("tt:AdminSettings", setting),
            node("tt:OperSettings", setting),
            node("tt:InterfaceType", 6),  # ethernetCsmacd
        ),
        node("tt:IPv4", node("tt:Enabled", True), node("tt:Config", configured, node("tt:DHCP", is_dhcp))),
        token=TOKEN,
    )


TOKEN = "eth0"
"""Token of the network interface."""


async def set_interfaces(call: OperationCall) -> Content:
    """Set address and link of the interface."""
    if call["InterfaceToken"] != TOKEN:
        raise invalid_argument(f"InterfaceToken: allowed is {TOKEN}", "InvalidNetworkInterface")
    wanted: Element = call["NetworkInterface"]
    if wanted.optional(boolean, "Enabled") is False or wanted.optional(boolean, "IPv4", "Enabled") is False:
        raise prohibited("the camera has one interface, which stays enabled")
    if wanted.optional(boolean, "IPv6", "Enabled"):
        raise invalid_argument("IPv6 is configured by the system", "SettingNotSupported")
    await _update(call, {**_link_texts(wanted), **_address_texts(call, wanted)})
    return node("tds:RebootNeeded", False)


def get_gateway(call: OperationCall) -> Content:
    """Return the default router."""
    router = call.present(NETWORK, "DefaultRouter")
    return node("tds:NetworkGateway", node("tt:IPv4Address", router) if router else None)


async def set_gateway(call: OperationCall) -> None:
    """Set the default router."""
    routers = call["IPv4Address"]
    if len(routers) > 1 or call["IPv6Address"]:
        raise invalid_argument("the camera has one default router, an IPv4 address", "InvalidGatewayAddress")
    router = routers[0] if routers else ""
    if router and _ip_version(router) != 4:
        raise invalid_argument(f"{router[:64]}: not an IPv4 address", "InvalidGatewayAddress")
    await _update(call, {"DefaultRouter": router})


def _is_dhcp(call: OperationCall) -> bool:
    return call.camera.settings[NETWORK.name]["BootProto"].startswith("dhcp")


async def _update(call: OperationCall, texts: dict[str, str]) -> None:
    """Set parameters of ``Network``, except those with their present values: clients may send back what they have
    read."""
    changed = {name: text for name, text in texts.items() if text != call.present(NETWORK, name)}
    await call.update_group(NETWORK.name, changed)


def _link_texts(wanted: Element) -> dict[str, str]:
    link = wanted.find("Link")
    if link is None:
        return {}
    if link.value(boolean, "AutoNegotiation"):
        return {"Media": "auto"}
    asked = link.value(integer, "Speed"), link.value(one_of("Full", "Half"), "Duplex")
    media = next((name for name, setting in _SPEEDS.items() if setting == asked), None)
    if media is None:
        raise invalid_argument("Link: allowed are 10 and 100 half or full, and 1000 full", "InvalidInterfaceSpeed")
    return {"Media": media}


def _address_texts(call: OperationCall, wanted: Element) -> dict[str, str]:
    config = wanted.find("IPv4")
    if config is None:
        return {}
    if config.optional(boolean, "DHCP"):
        return {"BootProto": "dhcp_ipv4"}
    manual = config.find("Manual")
    if manual is None:
        return {"BootProto": "static_ipv4"} if config.find("DHCP") else {}
    address, length = manual.value(string, "Address"), manual.value(integer, "PrefixLength")
    if _ip_version(address) != 4 or not 0 <= length <= 32:
        raise invalid_argument(f"Manual: {address[:64]}/{length} is not an IPv4 address", "InvalidIPv4Address")
    mask = str(IPv4Network((0, length)).netmask)
    return {"BootProto": "static_ipv4", "IPAddress": address, "SubnetMask": mask}


def _read_address(element: Element) -> str:
    kind = element.value(one_of("IPv4", "IPv6"), "Type")
    text = element.value(string, f"{kind}Address")
    if f"IPv{_ip_version(text)}" != kind:
        raise invalid_argument(f"{text[:64]}: not an {kind} address", f"Invalid{kind}Address")
    return text


def _ip_version(text: str) -> int | None:
    """Return 4 or 6; None for a text that is no IP address."""
    try:
        return ip_address(text).version
    except ValueError:
        return None


def _address(name: str, address: str) -> Node:
    kind = "IPv6" if ":" in address else "IPv4"
    return node(name, node("tt:Type", kind), node(f"tt:{kind}Address", address))


def _network_host(name: str, host: str) -> Node:
    if _ip_version(host):
        return _address(name, host)
    return node(name, node("tt:Type", "DNS"), node("tt:DNSname", host))


def _prefixed(name: str, address: str, mask: str) -> Node:
    length = IPv4Network(f"0.0.0.0/{mask}").prefixlen
    return node(name, node("tt:Address", address), node("tt:PrefixLength", length))
