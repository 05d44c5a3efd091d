"""Boxes of MP4: length, kind and content (ISO/IEC 14496-12, 4.2)."""

import struct


def box(kind: bytes, *pieces: bytes) -> bytes:
    """Return a box with this content."""
    return b"".join((struct.pack(">I4s", 8 + sum(map(len, pieces)), kind), *pieces))


def full_box(kind: bytes, version: int, flags: int, *pieces: bytes) -> bytes:
    """Return a box that begins with its version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *pieces)
