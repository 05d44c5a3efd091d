"""MP4 reader: content of a file of `Mp4FileWriter` up to its last whole fragment, also after a power loss."""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ipcamd.dataclass import dataclass
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.mp4.boxes import HEADER, iterate_boxes
from ipcamd.wire.mp4.init_segment import WRITER
from ipcamd.wire.mp4.sample_entry import SampleEntry, read_sample_entries
from ipcamd.wire.mp4.segment_index import INDEX_BYTES, Segment, format_index, read_index
from ipcamd.wire.mp4.start_time import START_BYTES, read_start
from ipcamd.wire.mp4.tracks import AudioTrack, VideoTrack

Read = Callable[[int, int], bytes]
"""``read(place, length)`` returns bytes of a file; fewer only at its end."""

_LONGEST_OPENING = 1 << 16
_LONGEST_HEADER = 1 << 20
_SAMPLE, _SAMPLES_PLACE = struct.Struct(">III"), 12
_NOT_KEY = 0x010000
_LONGEST = 1 << 48
"""Limit of times; larger ones mean that the file is damaged."""


@dataclass(frozen=True, slots=True)
class Mp4Head:
    """Head of a file: all before the fragments."""

    video: SampleEntry
    sound: SampleEntry | None
    started_ns: int
    """Time of capture of the first picture: nanoseconds since the epoch, UTC."""
    opening: bytes
    """Bytes before the index."""
    end: int
    """Offset of the first fragment in the file, in bytes."""
    length: int
    """Duration of the pictures in their track's units; 0 if the file was not closed, or is cut off."""

    @property
    def rate(self) -> int:
        """Pictures per second, at most; 1 if the head does not contain a duration."""
        duration = self.video.frame_duration
        return max(1, round(self.video.timescale / duration)) if duration else 1


class Mp4Frame(NamedTuple):
    """One frame."""

    track_id: int
    """Number of its track."""
    time: int
    """Start, in its track's units."""
    duration: int
    """Duration, in its track's units."""
    place: int
    """Position of its data in the file."""
    length: int
    """Bytes of its data."""
    is_key: bool


class Mp4Fragment(NamedTuple):
    """One fragment."""

    start: int
    """Position in the file."""
    end: int
    """Position after it."""
    frames: list[Mp4Frame]
    """First those of one track, then those of the other."""


@dataclass(frozen=True, slots=True)
class Mp4Content:
    """Content of a file."""

    started_ns: int
    """When its first picture was captured: nanoseconds since the epoch, UTC."""
    length_ns: int
    """Duration of its pictures; 0 without one."""
    end: int
    """Bytes up to the end of the last whole fragment."""
    head: bytes
    """Head that closes the file; empty if it is closed, or has no pictures."""


def read_head(read: Read, size_bytes: int) -> Mp4Head:
    """Return the head before the fragments. Raises ``ValueError`` if `Mp4FileWriter` did not write it."""
    moov, place = _find_moov(read, size_bytes)
    entries = read_sample_entries(read(moov + HEADER.size, place - moov - HEADER.size))
    if VideoTrack.id not in entries or not entries[VideoTrack.id].size[0]:
        raise ValueError("it has no pictures of this camera's")
    started_ns, place = read_start(read(place, START_BYTES)), place + START_BYTES
    last, end = read_index(read(place, INDEX_BYTES)), place + INDEX_BYTES
    length = last.time if last and last.time < _LONGEST and end + last.offset == size_bytes else 0
    return Mp4Head(entries[VideoTrack.id], entries.get(AudioTrack.id), started_ns, read(0, place), end, length)


def _find_moov(read: Read, size_bytes: int) -> tuple[int, int]:
    """Return start and end of the box ``moov``. Raises ``ValueError`` if this camera did not write it."""
    start = place = 0
    for expected in (b"ftyp", b"moov"):
        found = _read_box(read, place, size_bytes)
        if not found or found[0] != expected or found[1] > _LONGEST_OPENING:
            raise ValueError("it has no head of this camera's")
        start, place = place, found[1]
    if WRITER not in read(start, place - start):
        raise ValueError("another camera wrote it")
    return start, place


def iterate_fragments(read: Read, size_bytes: int, place: int) -> Iterator[Mp4Fragment]:
    """Yield the fragments from `place` on, up to the first incomplete or foreign one."""
    while moof := _read_box(read, place, size_bytes):
        kind, following = moof
        mdat = _read_box(read, following, size_bytes)
        if kind != b"moof" or following - place > _LONGEST_HEADER or not mdat or mdat[0] != b"mdat":
            return
        try:
            content = read(place + HEADER.size, following - place - HEADER.size)
            frames = [
                frame for kind, traf in iterate_boxes(content) if kind == b"traf" for frame in _read_run(traf, place)
            ]
        except (KeyError, struct.error):
            return
        if any(not following <= frame.place <= mdat[1] - frame.length or frame.time >= _LONGEST for frame in frames):
            return
        yield Mp4Fragment(place, mdat[1], frames)
        place = mdat[1]


def _read_run(traf: bytes, start: int) -> Iterator[Mp4Frame]:
    """Yield the frames of one track of the fragment that begins at `start`."""
    boxes = dict(iterate_boxes(traf))
    track_id = int.from_bytes(boxes[b"tfhd"][4:8])
    (time,) = struct.unpack_from(">Q", boxes[b"tfdt"], 4)
    count, offset = struct.unpack_from(">Ii", boxes[b"trun"], 4)
    samples = boxes[b"trun"][_SAMPLES_PLACE:][: count * _SAMPLE.size]
    place = start + offset
    for duration, length, flags in _SAMPLE.iter_unpack(samples):
        yield Mp4Frame(track_id, time, duration, place, length, not flags & _NOT_KEY)
        time, place = time + duration, place + length


def read_content(read: Read, size_bytes: int) -> Mp4Content:
    """Return the content of a file of that size. Raises ``ValueError`` if `Mp4FileWriter` did not write it."""
    head = read_head(read, size_bytes)
    if head.length:
        return Mp4Content(head.started_ns, _nanoseconds(head.length), size_bytes, b"")
    return _scan(read, size_bytes, head)


def _scan(read: Read, size_bytes: int, head: Mp4Head) -> Mp4Content:
    """Return the content of a file that was not closed, and the head with its index if there is something to index."""
    segments, end, length = list[Segment](), head.end, 0
    for fragment in iterate_fragments(read, size_bytes, head.end):
        end = fragment.end
        pictures = [frame for frame in fragment.frames if frame.track_id == VideoTrack.id]
        if pictures and pictures[0].is_key:
            segments.append(Segment(fragment.start - head.end, pictures[0].time))
        length = max([length, *(frame.time + frame.duration for frame in pictures)])
    last = Segment(end - head.end, length)
    index = format_index(VideoTrack.id, VideoTrack.timescale, segments, last) if segments else b""
    return Mp4Content(head.started_ns, _nanoseconds(length), end, head.opening + index if index else b"")


def _nanoseconds(units: int) -> int:
    return units * SECOND_NS // VideoTrack.timescale


def _read_box(read: Read, place: int, size_bytes: int) -> tuple[bytes, int] | None:
    """Return kind and end of the box at a place; None if it is not whole."""
    header = read(place, HEADER.size)
    if len(header) < HEADER.size:
        return None
    length, kind = HEADER.unpack(header)
    return (kind, place + length) if length >= HEADER.size and place + length <= size_bytes else None
