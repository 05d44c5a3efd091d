"""MP4 reader: what a file of `Mp4Writer` holds, up to its last whole fragment, after whatever loss of power."""

import struct
from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.wire.mp4.fragment import MOOF_BYTES, NTP_EPOCH_S
from ipcamd.wire.mp4.init_segment import WRITER
from ipcamd.wire.mp4.tracks import VideoTrack

Read = Callable[[int, int], bytes]
"""``read(place, length)`` returns bytes of a file; fewer only at its end."""

_HEADER = struct.Struct(">I4s")
_LONGEST_OPENING = 1 << 16
_PRFT_BYTES = 32
_TRACK, _TIME, _DURATION = 44, 60, 88
"""Places in a fragment's header."""
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Mp4Content:
    """Content of a file."""

    started_ns: int
    """When its first picture was captured: nanoseconds since the epoch, UTC."""
    length_ns: int
    """Duration of its pictures; 0 without one."""
    end: int
    """Bytes up to the end of the last whole fragment."""


def read_content(read: Read, size_bytes: int) -> Mp4Content:
    """Return what a file of that size holds. Raises ``ValueError`` if `Mp4Writer` did not write it."""
    place = _read_opening(read, size_bytes)
    started_ns, length, end = 0, 0, place
    while box := _read_box(read, place, size_bytes):
        kind, following = box
        if kind == b"prft" and following - place == _PRFT_BYTES and not started_ns:
            started_ns = _read_reference_time(read(place, _PRFT_BYTES))
        elif kind == b"moof" and following - place == MOOF_BYTES:
            head = read(place, MOOF_BYTES)
            media = _read_box(read, following, size_bytes)
            if not media or media[0] != b"mdat":
                break
            following = end = media[1]
            if int.from_bytes(head[_TRACK : _TRACK + 4]) == VideoTrack.id:
                time, duration = (
                    int.from_bytes(head[_TIME : _TIME + 8]),
                    int.from_bytes(head[_DURATION : _DURATION + 4]),
                )
                length = max(length, time + duration)
        elif kind != b"prft":
            break
        place = following
    return Mp4Content(started_ns, length * _SECOND_NS // VideoTrack.timescale, end)


def _read_opening(read: Read, size_bytes: int) -> int:
    """Return where the first fragment begins."""
    place = 0
    for expected in (b"ftyp", b"moov"):
        box = _read_box(read, place, size_bytes)
        if not box or box[0] != expected or box[1] > _LONGEST_OPENING:
            raise ValueError("it has no head of this camera's")
        start, place = place, box[1]
    if WRITER not in read(start, place - start):
        raise ValueError("another camera wrote it")
    return place


def _read_box(read: Read, place: int, size_bytes: int) -> tuple[bytes, int] | None:
    """Return kind and end of the box at a place; None if it is not whole."""
    header = read(place, _HEADER.size)
    if len(header) < _HEADER.size:
        return None
    length, kind = _HEADER.unpack(header)
    return (kind, place + length) if length >= _HEADER.size and place + length <= size_bytes else None


def _read_reference_time(box: bytes) -> int:
    ntp = int.from_bytes(box[16:24])
    return ((ntp >> 32) - NTP_EPOCH_S) * _SECOND_NS + ((ntp & 0xFFFFFFFF) * _SECOND_NS >> 32)
