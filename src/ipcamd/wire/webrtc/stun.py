"""STUN messages of ICE's connectivity checks (RFC 8489, RFC 8445): reads requests, writes responses."""

import hmac
import struct
from binascii import crc32
from ipaddress import ip_address

from ipcamd.dataclass import dataclass

BINDING_REQUEST, BINDING_INDICATION = 0x0001, 0x0011
"""Types of messages."""
_SUCCESS, _ERROR = 0x0101, 0x0111
_COOKIE = 0x2112A442
_HEADER = struct.Struct(">HHI12s")
_ATTRIBUTE = struct.Struct(">HH")

_USERNAME, _INTEGRITY, _ERROR_CODE, _UNKNOWN, _XOR_MAPPED_ADDRESS = 0x0006, 0x0008, 0x0009, 0x000A, 0x0020
_PRIORITY, _USE_CANDIDATE = 0x0024, 0x0025
_FINGERPRINT, _ICE_CONTROLLED = 0x8028, 0x8029
_OPTIONAL = 0x8000
"""Attributes from this number on are optional."""
_KNOWN = frozenset((_USERNAME, _INTEGRITY, _PRIORITY, _USE_CANDIDATE))
_FINGERPRINT_MASK = 0x5354554E
_INTEGRITY_BYTES, _FINGERPRINT_BYTES = 20, 4

ROLE_CONFLICT = 487, "Role Conflict"
"""Error: both agents are in the controlled role."""
UNKNOWN_ATTRIBUTE = 420, "Unknown Attribute"
"""Error: the request has an unknown mandatory attribute."""
MOST_BYTES = 2048
"""Maximum bytes of a message."""


@dataclass(frozen=True, slots=True)
class StunMessage:
    """A Binding request or indication."""

    kind: int
    """`BINDING_REQUEST` or `BINDING_INDICATION`."""
    transaction: bytes
    local_name: str
    """First part of USERNAME: the receiver's name ("ufrag"); "" without one."""
    is_nominating: bool
    """It has USE-CANDIDATE."""
    is_controlled: bool
    """Its sender is in the controlled role."""
    unknown: tuple[int, ...]
    """Unknown mandatory attributes."""
    signed: bytes
    """Bytes covered by the integrity check; empty without MESSAGE-INTEGRITY."""
    integrity: bytes

    def is_signed_by(self, password: str) -> bool:
        """Whether its sender knows `password`."""
        return bool(self.signed) and hmac.compare_digest(_sign(self.signed, password), self.integrity)


def parse(data: bytes) -> StunMessage:
    """Return a parsed Binding request or indication. Raises ``ValueError``."""
    if not _HEADER.size <= len(data) <= MOST_BYTES:
        raise ValueError("not as long as a STUN message")
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if cookie != _COOKIE or kind not in (BINDING_REQUEST, BINDING_INDICATION) or length != len(data) - _HEADER.size:
        raise ValueError("not a STUN Binding request")
    found: dict[int, bytes] = {}
    signed, integrity, at = b"", b"", _HEADER.size
    while at < len(data):
        name, value = _attribute(data, at)
        if name == _FINGERPRINT:
            _check_fingerprint(data, at, value)
            break
        if not signed:  # attributes after MESSAGE-INTEGRITY are not protected
            found.setdefault(name, value)
        if name == _INTEGRITY and not signed:
            signed, integrity = _covered(data, at, _INTEGRITY_BYTES), value
        at += _ATTRIBUTE.size + len(value) + -len(value) % 4
    return StunMessage(
        kind,
        transaction,
        found.get(_USERNAME, b"").decode("latin-1").partition(":")[0],
        _USE_CANDIDATE in found,
        _ICE_CONTROLLED in found,
        tuple(sorted(name for name in found if name < _OPTIONAL and name not in _KNOWN)),
        signed,
        integrity,
    )


def make_success(request: StunMessage, address: str, port: int, password: str) -> bytes:
    """Return the success response, which contains the sender's `address` (an IP address) and `port`."""
    packed = ip_address(address).packed
    mask = struct.pack(">I", _COOKIE) + request.transaction
    mapped = bytes(a ^ b for a, b in zip(packed, mask, strict=False))
    family = 1 if len(packed) == 4 else 2
    value = struct.pack(">BBH", 0, family, port ^ (_COOKIE >> 16)) + mapped
    return _finish(_SUCCESS, request.transaction, _pack_attribute(_XOR_MAPPED_ADDRESS, value), password)


def make_error(request: StunMessage, error: tuple[int, str], password: str) -> bytes:
    """Return an error response: `error` is the code and its text."""
    code, words = error
    attributes = _pack_attribute(_ERROR_CODE, struct.pack(">HBB", 0, *divmod(code, 100)) + words.encode())
    if error == UNKNOWN_ATTRIBUTE:
        attributes += _pack_attribute(_UNKNOWN, struct.pack(f">{len(request.unknown)}H", *request.unknown))
    return _finish(_ERROR, request.transaction, attributes, password)


def _attribute(data: bytes, at: int) -> tuple[int, bytes]:
    if at + _ATTRIBUTE.size > len(data):
        raise ValueError("attribute cut short")
    name, length = _ATTRIBUTE.unpack_from(data, at)
    start = at + _ATTRIBUTE.size
    if start + length + -length % 4 > len(data):
        raise ValueError("attribute longer than its message")
    return name, data[start : start + length]


def _check_fingerprint(data: bytes, at: int, value: bytes) -> None:
    if at + _ATTRIBUTE.size + _FINGERPRINT_BYTES != len(data) or value != _fingerprint(data[:at]):
        raise ValueError("wrong FINGERPRINT")


def _covered(data: bytes, at: int, size_bytes: int) -> bytes:
    """Return the message before an attribute at `at`, with the length as if it ended after the attribute (RFC 8489,
    14.5)."""
    return data[:2] + struct.pack(">H", at + _ATTRIBUTE.size + size_bytes - _HEADER.size) + data[4:at]


def _finish(kind: int, transaction: bytes, attributes: bytes, password: str) -> bytes:
    message = _HEADER.pack(kind, len(attributes), _COOKIE, transaction) + attributes
    message = _covered(message, len(message), _INTEGRITY_BYTES)
    message += _pack_attribute(_INTEGRITY, _sign(message, password))
    message = _covered(message, len(message), _FINGERPRINT_BYTES)
    return message + _pack_attribute(_FINGERPRINT, _fingerprint(message))


def _pack_attribute(name: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(name, len(value)) + value + bytes(-len(value) % 4)


def _sign(message: bytes, password: str) -> bytes:
    return hmac.digest(password.encode(), message, "sha1")


def _fingerprint(message: bytes) -> bytes:
    return struct.pack(">I", crc32(message) ^ _FINGERPRINT_MASK)
