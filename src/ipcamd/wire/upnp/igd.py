"""Internet gateway device: the control of a router by SOAP.

UPnP WANIPConnection 1 and 2, WANPPPConnection 1, WANIPv6FirewallControl 1.
"""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urljoin, urlsplit

from ipcamd.dataclass import dataclass
from ipcamd.wire.upnp.xml_elements import parse_xml

TARGETS = (
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
)
"""Search targets of routers."""
SERVICES = (
    "urn:schemas-upnp-org:service:WANIPConnection:2",
    "urn:schemas-upnp-org:service:WANIPConnection:1",
    "urn:schemas-upnp-org:service:WANPPPConnection:1",
)
"""Services that map ports, in order of preference."""
FIREWALLS = ("urn:schemas-upnp-org:service:WANIPv6FirewallControl:1",)
"""Services that open pinholes in the firewall for IPv6."""
NO_SUCH_PINHOLE = 704
"""Error code: there is no pinhole with this number (UPnP WANIPv6FirewallControl:1, 2.6)."""
NO_SUCH_ENTRY = 714
"""Error code: the mapping does not exist (UPnP WANIPConnection:1, 2.4.15)."""
CONFLICT = 718
"""Error code: the port is mapped to another host (2.4.16)."""
ONLY_PERMANENT_LEASES = 725
"""Error codes of ``AddPortMapping`` and ``GetSpecificPortMappingEntry`` (UPnP WANIPConnection:1, 2.4.16)."""


@dataclass(frozen=True, slots=True)
class IgdService:
    """A service that maps ports, or opens pinholes."""

    kind: str
    control_url: str


class SoapFault(ValueError):
    """Refused action of the router; ``code`` is UPnP's."""

    def __init__(self, code: int, reason: str) -> None:
        """`reason` is the router's own text, which may be empty."""
        super().__init__(f"the router refuses: {reason or 'error'} ({code})")
        self.code = code


def parse_services(document: bytes, location: str, kinds: Sequence[str]) -> list[IgdService]:
    """Return the services of a description of one of these kinds, in their order. `location` is where it was read.

    The control URLs are on the host of `location`. Raises ``ValueError`` if there is none, or none that may be used.
    """
    found = [
        IgdService(element.value("serviceType"), _joined(location, element.value("controlURL")))
        for element in parse_xml(document).walk()
        if element.name == "service" and element.value("serviceType") in kinds
    ]
    if not found:
        raise ValueError(f"the router's description has no service {kinds[-1].split(':')[-2]}")
    host = urlsplit(location).hostname
    usable = [service for service in found if is_url_of(service.control_url, host or "")]
    if not usable:
        raise ValueError("the router's description leads to another host")
    return sorted(usable, key=lambda service: kinds.index(service.kind))


def is_url_of(url: str, host: str) -> bool:
    """Whether a text is a plain HTTP URL, without a login, on exactly this IP address."""
    try:
        parts, name = urlsplit(url), f"[{host}]" if ":" in host else host
        return parts.scheme == "http" and parts.netloc in (name, f"{name}:{parts.port}")
    except ValueError:
        return False


def format_action(kind: str, action: str, arguments: Mapping[str, str | int]) -> tuple[dict[str, str], bytes]:
    """Return the header fields and the body of the POST for an action."""
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in arguments.items())
    body = (
        '<?xml version="1.0"?>\r\n'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f'<u:{action} xmlns:u="{kind}">{inner}</u:{action}></s:Body></s:Envelope>\r\n'
    )
    return {"Content-Type": 'text/xml; charset="utf-8"', "SOAPAction": f'"{kind}#{action}"'}, body.encode()


def parse_result(document: bytes, action: str) -> dict[str, str]:
    """Return the results of an action. Raises ``SoapFault``, and ``ValueError`` if the answer is neither."""
    for element in parse_xml(document).walk():
        if element.name == f"{action}Response":
            return {child.name: child.text.strip() for child in element.children}
        if element.name == "UPnPError":
            raise SoapFault(_number(element.value("errorCode")), _shown(element.value("errorDescription")))
    raise ValueError("the router's answer is not SOAP")


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:  # no URL
        return ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _shown(text: str) -> str:
    return "".join(character for character in text[:80] if character.isprintable())
