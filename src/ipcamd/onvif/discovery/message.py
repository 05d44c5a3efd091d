"""WS-Discovery messages: reads Probe and Resolve, writes Hello, Bye and the matches."""

from collections.abc import Sequence
from uuid import uuid4

from ipcamd.dataclass import dataclass
from ipcamd.errors import shown
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.envelope import read_request
from ipcamd.onvif.soap.writer import Content, node, write_document

DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
"""Namespace of WS-Addressing of August 2004, which WS-Discovery uses; the services use a newer version."""
DEVICES = "http://www.onvif.org/ver10/network/wsdl"
"""XML namespace of Profile S's type (ONVIF Core, 7.3.2.1)."""
DEVICE_SERVICE = "http://www.onvif.org/ver10/device/wsdl"
"""XML namespace of the device service."""
TYPES = {(DEVICES, "NetworkVideoTransmitter"), (DEVICE_SERVICE, "Device")}
"""Types of the camera: that of Profile S and that of Profile T."""

_TO_ALL = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
_ANONYMOUS = f"{ADDRESSING}/role/anonymous"
_STRCMP = f"{DISCOVERY}/strcmp0"
_RULES = (f"{DISCOVERY}/rfc2396", _STRCMP)


@dataclass(frozen=True, slots=True)
class DiscoveredDevice:
    """The camera as announced on one address."""

    reference: str
    """Permanent name, ``urn:uuid:...``."""
    url: str
    """Address of the device service."""
    scopes: tuple[str, ...]
    version: int
    """Increases with each change of the other fields."""


@dataclass(frozen=True, slots=True)
class Search:
    """A Probe or Resolve message."""

    message_id: str
    is_resolve: bool
    types: frozenset[tuple[str, str]]
    """Namespaces and names of the types, all of which must match."""
    scopes: tuple[str, ...]
    """Scopes, all of which must match."""
    is_exact: bool
    """Whether scopes must match exactly."""
    reference: str

    def matches(self, device: DiscoveredDevice) -> bool:
        """Return whether the search matches the device."""
        if self.is_resolve:
            return self.reference == device.reference
        return self.types <= TYPES and all(self._has_scope(device, wanted) for wanted in self.scopes)

    def _has_scope(self, device: DiscoveredDevice, wanted: str) -> bool:
        if self.is_exact:
            return wanted in device.scopes
        return any(_begins(scope, wanted) for scope in device.scopes)


def read_search(datagram: bytes) -> Search | None:
    """Return the search in a datagram; None for another message. Raises ``Fault`` and ``ValueError``."""
    request = read_request(datagram)
    operation, message_id = request.operation, request.field("MessageID")
    if operation.namespace != DISCOVERY or operation.name not in ("Probe", "Resolve"):
        return None
    if not message_id or len(message_id) > 256:
        raise ValueError("a message id is needed")
    types, scopes = operation.find("Types"), operation.find("Scopes")
    rule = scopes.attributes.get("MatchBy", _RULES[0]) if scopes else _RULES[0]
    if rule not in _RULES:
        raise ValueError(f"MatchBy={shown(rule)} is not known")
    reference = operation.find("EndpointReference", "Address")
    return Search(
        message_id,
        operation.name == "Resolve",
        frozenset(_qname(each, types) for each in types.text.split()) if types else frozenset(),
        tuple(scopes.text.split()) if scopes else (),
        rule == _STRCMP,
        reference.text if reference else "",
    )


def write_hello(device: DiscoveredDevice) -> bytes:
    """Return the announcement of the camera."""
    return _write("Hello", _TO_ALL, None, device.version, node("d:Hello", _endpoint(device), _about(device)))


def write_bye(device: DiscoveredDevice) -> bytes:
    """Return the Bye message of the camera."""
    return _write("Bye", _TO_ALL, None, device.version, node("d:Bye", _endpoint(device)))


def write_match(search: Search, device: DiscoveredDevice) -> bytes:
    """Return the answer to a matching search."""
    kind = "Resolve" if search.is_resolve else "Probe"
    match = node(f"d:{kind}Match", _endpoint(device), _about(device))
    content = node(f"d:{kind}Matches", match)
    return _write(f"{kind}Matches", _ANONYMOUS, search.message_id, device.version, content)


def _write(action: str, to: str, related: str | None, version: int, content: Content) -> bytes:
    header = node(
        "s:Header",
        node("a:MessageID", f"urn:uuid:{uuid4()}"),
        node("a:RelatesTo", related) if related else None,
        node("a:To", to),
        node("a:Action", f"{DISCOVERY}/{action}"),
        node("d:AppSequence", InstanceId=version, MessageNumber=1),
    )
    namespaces = {"xmlns__a": ADDRESSING, "xmlns__d": DISCOVERY, "xmlns__dn": DEVICES}
    return write_document("s:Envelope", header, node("s:Body", content), **namespaces)


def _endpoint(device: DiscoveredDevice) -> Content:
    return node("a:EndpointReference", node("a:Address", device.reference))


def _about(device: DiscoveredDevice) -> Sequence[Content]:
    return (
        node("d:Types", "dn:NetworkVideoTransmitter tds:Device"),
        node("d:Scopes", " ".join(device.scopes)),
        node("d:XAddrs", device.url),
        node("d:MetadataVersion", device.version),
    )


def _qname(text: str, element: Element) -> tuple[str, str]:
    prefix, _, name = text.rpartition(":")
    return element.prefixes.get(prefix, ""), name


def _begins(scope: str, wanted: str) -> bool:
    """Whether a scope equals `wanted` or lies below it, segment by segment; scheme and host ignore case (RFC 2396)."""
    parts, wanted_parts = scope.rstrip("/").split("/"), wanted.rstrip("/").split("/")
    if [part.lower() for part in parts[:3]] != [part.lower() for part in wanted_parts[:3]]:
        return False
    return parts[3 : len(wanted_parts)] == wanted_parts[3:]
