"""Segment index of MP4 files, ``sidx``: positions and times of key frames (ISO/IEC 14496-12, 8.16.3).

With it, players know the length of a file and seek in it without reading all of it.
"""

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ipcamd.wire.mp4.boxes import HEADER, box, full_box, iterate_boxes

MAX_SEGMENTS = 512
"""Maximum number of segments in an index; beyond that, the last one is longer."""
_FIELDS = struct.Struct(">IIQQHH")
_SEGMENT = struct.Struct(">III")
_BEGINS_WITH_KEY = 0x90000000
_VERSION_BYTES = 4
_TIME_PLACE = 12
INDEX_BYTES = HEADER.size + _VERSION_BYTES + _FIELDS.size + MAX_SEGMENTS * _SEGMENT.size + HEADER.size
"""Bytes of an index, with the free space before it."""


class Segment(NamedTuple):
    """Part of a file that begins with a key frame."""

    offset: int
    """Bytes from the end of the index."""
    time: int
    """Of its key frame, in the track's units."""


def format_index(track_id: int, timescale: int, segments: Sequence[Segment], end: Segment) -> bytes:
    """Return the index of a complete file, in `INDEX_BYTES`. `end` is where the last segment ends."""
    segments = segments[:MAX_SEGMENTS]
    used = HEADER.size + _VERSION_BYTES + _FIELDS.size + len(segments) * _SEGMENT.size
    free = box(b"free", bytes(INDEX_BYTES - used - HEADER.size))
    fields = _FIELDS.pack(track_id, timescale, segments[0].time, 0, 0, len(segments))
    references = (
        _SEGMENT.pack(after.offset - one.offset, after.time - one.time, _BEGINS_WITH_KEY)
        for one, after in pairwise((*segments, end))
    )
    return free + full_box(b"sidx", 1, 0, fields, *references)


def reserve_index() -> bytes:
    """Return the free space for an index."""
    return box(b"free", bytes(INDEX_BYTES - HEADER.size))


def read_index(index: bytes) -> Segment | None:
    """Return the end of the last segment; None if there is only space for an index."""
    content = dict(iterate_boxes(index)).get(b"sidx")
    if content is None:
        return None
    references = content[_VERSION_BYTES + _FIELDS.size :]
    whole = references[: len(references) // _SEGMENT.size * _SEGMENT.size]
    end, time = 0, int.from_bytes(content[_TIME_PLACE:][:8])
    for size, duration, _ in _SEGMENT.iter_unpack(whole):
        end, time = end + size, time + duration
    return Segment(end, time)
