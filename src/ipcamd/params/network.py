"""``Network.*`` (SDK 10.22 to 10.29): the address, and the network services."""

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Group, Param, Rank, Texts, Values, live_param
from ipcamd.params.http_mode import HTTP_MODE, refuse_http_mode_without_https
from ipcamd.params.kinds.addresses import (
    HOST_OR_NOTHING,
    IP_OR_NOTHING,
    IPV4_OR_NOTHING,
    MAC,
    NETMASK_OR_NOTHING,
    URL,
    Address,
    AddressList,
)
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import EVEN_PORT, PORT, Integer
from ipcamd.params.kinds.text import NOTHING, AnyOf, Matching, Text

SERVICES = {
    "www.dyn.com": "https://members.dyndns.org/nic/update",
    "www.noip.com": "https://dynupdate.no-ip.com/nic/update",
    "www.dynu.com": "https://api.dynu.com/nic/update",
    "www.dynv6.com": "https://dynv6.com/nic/update",
}
"""Dynamic DNS services with the dyndns2 protocol: name to URL."""
_PROVIDERS = tuple(SERVICES)


def _kept(name: str, kind: ValueKind, default: str, help: str, secret: bool = False) -> Param:
    return Param(name, kind, default, help, network=True, secret=secret)


_BOOT = OneOf(
    ("dhcp_ipv4", "dhcp_ipv4_ipv6", "dhcp_ipn4_ipn6", "static_ipv4", "static_ipv4_ipv6", "pppoe"),
    (
        "DHCP, IPv4",
        "DHCP, IPv4 and IPv6",
        "as dhcp_ipv4_ipv6, spelling of old clients",
        "fixed, IPv4",
        "fixed, IPv4 and IPv6",
        "PPPoE",
    ),
)
_MEDIA = OneOf(("auto", "10half", "10full", "100half", "100full", "1000full"))

NETWORK = Group(
    "Network",
    "10.22",
    (
        _kept("BootProto", _BOOT, "dhcp_ipv4", "Method of obtaining the IP address."),
        _kept("DefaultRouter", IPV4_OR_NOTHING, "", "Default router with a fixed address; otherwise the present one."),
        _kept("DNSServer1", IP_OR_NOTHING, "", "First DNS server with a fixed address; otherwise the present one."),
        _kept("DNSServer2", IP_OR_NOTHING, "", "Second DNS server with a fixed address; otherwise the present one."),
        _kept("InterfaceSelectMode", OneOf(("auto", "wired", "wireless")), "auto", "Network interface to use."),
        _kept(
            "IPAddress",
            IPV4_OR_NOTHING,
            "",
            "Fixed IP address; on a virtual device, the address to listen on (empty: --host).",
        ),
        live_param("MACAddress", AnyOf((MAC, NOTHING)), "", "MAC address of the interface."),  # only in SDK 9's example
        _kept("Media", _MEDIA, "auto", "Speed and duplex of the wired interface."),
        _kept("SubnetMask", NETMASK_OR_NOTHING, "", "Subnet mask with a fixed address; otherwise the present one."),
    ),
)

PPPOE = Group(
    "Network.PPPoE",
    "10.23",
    (
        _kept("UserName", Text(64), "", "User name for the provider."),
        _kept("Password", Text(128), "", "Password for the provider.", secret=True),
    ),
)

DNSUPDATE = Group(
    "Network.DNSUpdate",
    "10.24",
    (
        Param(
            "Provider",
            AnyOf((OneOf(_PROVIDERS), URL)),
            _PROVIDERS[0],
            "DDNS service, or a URL (dyndns2 protocol).",
        ),
        Param("DNSName", HOST_OR_NOTHING, "", "Host name of the camera."),
        Param("Enabled", YES_NO, "no", "Keep the host name up to date."),
        Param("UserName", Text(64), "", "User name for the service."),
        Param("Password", Text(128), "", "Password for the service.", secret=True),
        live_param("ProviderList", Text(255), "; ".join(_PROVIDERS), "Known services."),
        live_param("Status", Text(255), "", "Result of the last update, such as `good 203.0.113.5` (addition)."),
    ),
)

UPNP = Group(
    "Network.UPnP",
    "10.25",
    (
        Param("Enabled", YES_NO, "yes", "Announce the camera by UPnP."),
        Param("FriendlyName", Text(63), "camera", "Name in UPnP announcements; by default the Bonjour name."),
    ),
)

_SERVICE = "(http|https|rtsp|rtsps)"

PORT_MAPPING = Group(
    "Network.PortMapping",
    "",
    (
        Param("Enabled", YES_NO, "no", "Map ports of the router, so that the internet reaches the camera."),
        Param("Protocol", OneOf(("auto", "pcp", "natpmp", "upnp")), "auto", "Protocol of the requests to the router."),
        Param(
            "Services",
            Matching(f"{_SERVICE}(,{_SERVICE})*", "http, https, rtsp, rtsps, separated by commas"),
            "http,https,rtsp,rtsps",
            "Services that the internet reaches, while they are enabled.",
        ),
        live_param("Status", Text(255), "", "Result, such as `pcp 203.0.113.5 http=8080 rtsp=8554`."),
        live_param("IPv6Status", Text(255), "", "Result for IPv6, such as `pcp 2001:db8::5 http=8080 rtsp=8554`."),
    ),
)

HTTPS = Group(
    "Network.Advanced.HTTPS",
    "10.26",
    (
        Param("Enabled", YES_NO, "no", "HTTPS and RTSPS service."),
        Param("HttpsPort", PORT, "8443", "TCP port of the HTTPS service."),
        Param("RtspsPort", PORT, "8322", "TCP port of RTSP over TLS (addition)."),
        HTTP_MODE,
    ),
    normalize=refuse_http_mode_without_https,
)

BONJOUR = Group(
    "Network.Advanced.Bonjour",
    "10.27",
    (
        Param("Enabled", YES_NO, "yes", "Announce the camera by Bonjour."),
        Param("FriendlyName", Text(63), "camera", "Name in Bonjour announcements, with the MAC address's last bytes."),
    ),
)


def _multicast(name: str, kind: ValueKind, default: str, help: str) -> Param:
    return Param(name, kind, default, help, get=Rank.USERS)


def _apart(values: Values, sent: Texts) -> Texts:
    """Refuse the same port for two streams, which players could not distinguish. The port of metadata, unknown to SDK
    clients, is changed instead."""
    ports = {name: values[name] for name in ("H264Port", "MPEG4Port", "AUDIOPort")}
    moved: dict[str, str] = {}
    if values["MetadataPort"] in ports.values() and "MetadataPort" not in sent:
        free = (str(port) for port in range(METADATA_PORT, METADATA_PORT + 8, 2))
        moved = {"MetadataPort": next(port for port in free if port not in ports.values())}
    ports["MetadataPort"] = moved.get("MetadataPort", values["MetadataPort"])
    if len({*ports.values()}) < len(ports):
        raise RequestFailed(f"{', '.join(f'{name}={port}' for name, port in ports.items())}: they must differ")
    return moved


METADATA_PORT = 5566
"""Default UDP port of metadata."""


MULTICAST = Group(
    "Network.Advanced.Multicast",
    "10.28",
    (
        _multicast("Enabled", YES_NO, "no", "Send the streams to a multicast group."),
        _multicast("GroupIP", Address((4,), multicast=True), "239.255.42.42", "Multicast group."),
        _multicast("H264Port", EVEN_PORT, "5560", "UDP port of H.264; RTCP uses the next one."),
        _multicast("MPEG4Port", EVEN_PORT, "5562", "UDP port of MPEG-4; RTCP uses the next one."),
        _multicast("AUDIOPort", EVEN_PORT, "5564", "UDP port of sound; RTCP uses the next one."),
        _multicast(
            "MetadataPort", EVEN_PORT, str(METADATA_PORT), "UDP port of ONVIF's metadata; RTCP uses the next one."
        ),
        _multicast("TTL", Integer(1, 255), "1", "Time to live of the packets; 1 stays in the local network."),
    ),
    normalize=_apart,
)

WEBRTC = Group(
    "Network.Advanced.WebRTC",
    "",
    (
        Param("Enabled", YES_NO, "yes", "WebRTC for browsers and players (WHEP)."),
        Param("Port", PORT, "8189", "UDP and TCP port of WebRTC."),
        Param(
            "Hosts",
            AddressList(),
            "",
            "Additional addresses at which clients reach the camera, such as a router's, separated by commas.",
        ),
    ),
)

QOS = Group(
    "Network.Advanced.QoS",
    "10.29",
    (
        Param("Enabled", YES_NO, "no", "Mark packets with a DSCP (RFC 2474)."),
        Param("Type", OneOf(("audio", "video", "both")), "both", "Packets to mark."),
        Param("VideoDSCP", Integer(0, 63), "34", "DSCP of video packets."),
        Param("AudioDSCP", Integer(0, 63), "46", "DSCP of sound packets."),
    ),
)
