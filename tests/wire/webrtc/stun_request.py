"""STUN Binding request of a controlling agent (RFC 8445, 7.2), as browsers send it."""

import hmac
import struct
from zlib import crc32


def make_request(transaction: bytes, username: str, password: str, *, nominate: bool) -> bytes:
    """Return the request; `username` is the receiver's name, a colon and its own name."""
    attributes = _attribute(0x0006, username.encode()) + _attribute(0x0024, struct.pack(">I", 0x6E001EFF))
    attributes += _attribute(0x802A, bytes(8))
    if nominate:
        attributes += _attribute(0x0025, b"")
    signed = _head(len(attributes) + 24, transaction) + attributes
    attributes += _attribute(0x0008, hmac.digest(password.encode(), signed, "sha1"))
    whole = _head(len(attributes) + 8, transaction) + attributes
    return whole + _attribute(0x8028, struct.pack(">I", crc32(whole) ^ 0x5354554E))


def _head(length: int, transaction: bytes) -> bytes:
    return struct.pack(">HHI", 0x0001, length, 0x2112A442) + transaction


def _attribute(name: int, value: bytes) -> bytes:
    return struct.pack(">HH", name, len(value)) + value + bytes(-len(value) % 4)
