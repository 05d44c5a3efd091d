"""Start time of an MP4 file: the capture time of its first picture, in a private box (ISO/IEC 14496-12, 11.1)."""

import struct

from ipcamd.wire.mp4.boxes import HEADER, box

_OURS = bytes.fromhex("6970 6361 6d64 4d00 8d5b 2f7e 41c0 93aa")
"""Identifier of the box."""
START_BYTES = HEADER.size + len(_OURS) + 8
"""Bytes of the box."""

LATEST_NS = 7_258_118_400_000_000_000
"""Latest plausible time: 2200-01-01."""


def format_start(captured_ns: int) -> bytes:
    """Return the box for a time in nanoseconds since the epoch."""
    return box(b"uuid", _OURS, struct.pack(">Q", captured_ns))


def read_start(data: bytes) -> int:
    """Return the time. Raises ``ValueError`` if that is not the box."""
    captured_ns = int.from_bytes(data[-8:])
    if len(data) != START_BYTES or data[:-8] != format_start(0)[:-8] or captured_ns > LATEST_NS:
        raise ValueError("it has no start time of this camera's")
    return captured_ns
