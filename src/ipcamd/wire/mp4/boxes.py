"""Boxes of MP4: length, kind and content (ISO/IEC 14496-12, 4.2)."""

import struct
from collections.abc import Iterator

HEADER = struct.Struct(">I4s")
"""Length and kind of a box."""


def box(kind: bytes, *pieces: bytes) -> bytes:
    """Return a box with this content."""
    return b"".join((HEADER.pack(HEADER.size + sum(map(len, pieces)), kind), *pieces))


def full_box(kind: bytes, version: int, flags: int, *pieces: bytes) -> bytes:
    """Return a box that begins with its version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *pieces)


def iterate_boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of each box, up to the first one that is not whole."""
    place = 0
    while place + HEADER.size <= len(content):
        length, kind = HEADER.unpack_from(content, place)
        if length < HEADER.size or place + length > len(content):
            return
        yield kind, content[place + HEADER.size : place + length]
        place += length
