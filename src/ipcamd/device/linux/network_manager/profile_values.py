"""Connection profiles of NetworkManager, derived from the groups ``Network`` and ``Network.PPPoE``."""

import socket
import struct
import uuid
from ipaddress import IPv4Network

from dbus_fast import Variant

from ipcamd.params.group import Values

Profile = dict[str, dict[str, Variant]]
"""Setting to property to value (D-Bus type ``a{sa{sv}}``)."""

PRIORITY = 100
"""Above other profiles of the interface, so that this one is used after a start of the machine."""


def profile_uuid(interface: str) -> str:
    """Return the identifier of the camera's own profile of an interface."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:ipcamd:network:{interface}"))


def wired_profile(interface: str, network: Values, pppoe: Values) -> Profile:
    """Return the complete profile of a wired interface."""
    is_pppoe = network["BootProto"] == "pppoe"
    profile = {
        "connection": {
            "id": Variant("s", f"ipcamd {interface}"),
            "uuid": Variant("s", profile_uuid(interface)),
            "type": Variant("s", "pppoe" if is_pppoe else "802-3-ethernet"),
            "interface-name": Variant("s", interface),
            "autoconnect-priority": Variant("i", PRIORITY),
        },
        "802-3-ethernet": _ethernet(network["Media"]),
        **ip_settings(network),
    }
    if is_pppoe:
        profile["pppoe"] = {
            "username": Variant("s", pppoe["UserName"]),
            "password": Variant("s", pppoe["Password"]),
        }
    return profile


def ip_settings(network: Values) -> Profile:
    """Return the settings of IPv4 and IPv6."""
    boot = network["BootProto"]
    servers = [network[name] for name in ("DNSServer1", "DNSServer2") if network[name]]
    ipv4 = _fixed_ipv4(network, servers) if boot.startswith("static") else {"method": Variant("s", "auto")}
    has_ipv6 = boot.endswith(("ipv6", "ipn6"))
    ipv6 = {"method": Variant("s", "auto" if has_ipv6 else "disabled")}
    if boot == "static_ipv4_ipv6":
        ipv6["dns"] = Variant("aay", [socket.inet_pton(socket.AF_INET6, each) for each in servers if ":" in each])
    return {"ipv4": ipv4, "ipv6": ipv6}


def _fixed_ipv4(network: Values, servers: list[str]) -> dict[str, Variant]:
    prefix = IPv4Network(f"0.0.0.0/{network['SubnetMask']}").prefixlen
    address = {"address": Variant("s", network["IPAddress"]), "prefix": Variant("u", prefix)}
    numbers = [struct.unpack("=I", socket.inet_aton(each))[0] for each in servers if ":" not in each]
    fixed = {
        "method": Variant("s", "manual"),
        "address-data": Variant("aa{sv}", [address]),
        "dns": Variant("au", numbers),
    }
    if network["DefaultRouter"]:
        fixed["gateway"] = Variant("s", network["DefaultRouter"])
    return fixed


def _ethernet(media: str) -> dict[str, Variant]:
    """Return speed and duplex: ``100full`` or ``auto``."""
    if media == "auto":
        return {"auto-negotiate": Variant("b", True)}
    duplex = "full" if media.endswith("full") else "half"
    speed = int(media.removesuffix(duplex))
    # 1000BASE-T requires negotiation, which then offers nothing else
    is_negotiated = speed == 1000
    return {
        "auto-negotiate": Variant("b", is_negotiated),
        "speed": Variant("u", speed),
        "duplex": Variant("s", duplex),
    }
