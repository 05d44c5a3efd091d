"""SOAP envelope: operation and header of a request, and the message of the answer (SOAP 1.2, WS-Addressing 1.0)."""

from functools import lru_cache
from typing import NamedTuple

from ipcamd.onvif.namespaces import PREFIXES
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, sender_fault
from ipcamd.onvif.soap.parser import parse_xml
from ipcamd.onvif.soap.writer import Content, Node, node, write_document

CONTENT_TYPE = "application/soap+xml; charset=utf-8"
"""Content type of SOAP 1.2 messages (RFC 3902)."""

FAULT_ACTION = "http://www.w3.org/2005/08/addressing/soap/fault"
"""WS-Addressing 1.0 SOAP binding, 6."""


REPEATED_LIMIT = 1024
"""Maximum bytes of a cached request."""
REPEATED_COUNT = 32
"""Maximum number of cached requests: clients repeat the same few."""
_NOT_CACHED = (b"Security", b"MessageID", b"Password")
"""Words of requests that are not cached: those with a token or a message identifier occur once, and a password of an
account (``CreateUsers``) does not stay in memory."""


class Request(NamedTuple):
    """Message of a client."""

    header: Element | None
    operation: Element
    """First element of the body."""

    @property
    def is_addressed(self) -> bool:
        """Whether the request uses WS-Addressing, which the answer then uses, too."""
        return self.field("Action") is not None or self.field("MessageID") is not None

    def field(self, name: str) -> str | None:
        """Return the text of a header field; None without it."""
        element = self.header.find(name) if self.header else None
        return element.text if element else None


def read_request(document: bytes) -> Request:
    """Return the request, the same one for the same small document: it must not be changed. Raises ``Fault``."""
    is_cached = len(document) <= REPEATED_LIMIT and not any(word in document for word in _NOT_CACHED)
    return _remembered(document) if is_cached else _read(document)


def _read(document: bytes) -> Request:
    envelope = parse_xml(document)
    if envelope.name != "Envelope":
        raise sender_fault("WellFormed", reason="the request is not a SOAP envelope")
    if envelope.namespace != PREFIXES["s"]:
        raise Fault("s:VersionMismatch", (), f"SOAP 1.2 is required: {PREFIXES['s']}")
    body = envelope.find("Body")
    if body is None or not body.children:
        raise sender_fault("WellFormed", reason="the body has no operation")
    return Request(envelope.find("Header"), body.children[0])


_remembered = lru_cache(REPEATED_COUNT)(_read)


def write_answer(content: Content, request: Request) -> bytes:
    """Return the answer to `request`, with a WS-Addressing action derived from that of the request."""
    return _write(content, request, _answer_action(request))


def write_fault(fault: Fault, request: Request | None = None) -> bytes:
    """Return the message of a fault (SOAP 1.2 part 1, 5.4)."""
    subcode: Node | None = None
    for name in reversed(fault.subcodes):
        subcode = node("s:Subcode", node("s:Value", name), subcode)
    reason = node("s:Text", str(fault), xml__lang="en")
    content = node("s:Fault", node("s:Code", node("s:Value", fault.code), subcode), node("s:Reason", reason))
    return _write(content, request, FAULT_ACTION)


def write_message(header: Content, content: Content) -> bytes:
    """Return a message with these header fields."""
    return write_document("s:Envelope", node("s:Header", header) if header else None, node("s:Body", content))


def _write(content: Content, request: Request | None, action: str) -> bytes:
    if request is None or not request.is_addressed:
        return write_message(None, content)
    message_id = request.field("MessageID")
    related = node("wsa:RelatesTo", message_id) if message_id else None
    return write_message((node("wsa:Action", action), related), content)


def _answer_action(request: Request) -> str:
    asked = request.field("Action") or f"{request.operation.namespace}/{request.operation.name}"
    return f"{asked.removesuffix('Request')}Response"
