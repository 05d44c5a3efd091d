"""Sample entries of MP4: descriptions of a track's frames, read from a file (ISO/IEC 14496-12, 8.5.2)."""

import struct
from collections.abc import Iterator

from ipcamd.dataclass import dataclass
from ipcamd.wire.mp4.boxes import iterate_boxes

_PICTURE_FIELDS, _SOUND_FIELDS = 78, 28
_H265_ARRAYS = 22
_START_CODE = b"\0\0\0\1"
_CONTAINERS = (b"mdia", b"minf", b"stbl")


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """Description of a track's frames."""

    kind: str
    """FourCC of the codec."""
    size: tuple[int, int]
    """Width and height in pixels; (0, 0) for sound."""
    rate_hz: int
    """Samples of sound per second; 0 for pictures."""
    configuration: bytes
    """Content of the codec's box."""
    timescale: int
    """Units of its times in a second."""
    frame_duration: int
    """Of most frames, in these units; 0 if it is unknown."""

    @property
    def parameter_sets(self) -> bytes:
        """Parameter sets in Annex B form, as they precede key frames in other streams. Raises ``ValueError``."""
        try:
            read = {"avc1": _read_h264_sets, "hvc1": _read_h265_sets}[self.kind]
            return b"".join(_START_CODE + unit for unit in read(self.configuration))
        except (KeyError, IndexError) as error:
            raise ValueError("its parameter sets are damaged") from error


def read_sample_entries(moov: bytes) -> dict[int, SampleEntry]:
    """Return the description of each track by its number. Raises ``ValueError``."""
    durations = dict(_read_durations(moov))
    try:
        return {
            track_id: entry
            for kind, content in iterate_boxes(moov)
            if kind == b"trak"
            for track_id, entry in [_read_track(content, durations)]
        }
    except (struct.error, KeyError, IndexError, UnicodeDecodeError) as error:
        raise ValueError("its head is damaged") from error


def to_annex_b(sample: bytes) -> bytes:
    """Return a frame in Annex B form: start codes in place of lengths. A truncated unit is omitted."""
    units, place = [], 0
    while place + 4 <= len(sample):
        length = int.from_bytes(sample[place : place + 4])
        units.append(sample[place + 4 : place + 4 + length])
        place += 4 + length
    return b"".join(_START_CODE + unit for unit in units if unit)


def _read_track(trak: bytes, durations: dict[int, int]) -> tuple[int, SampleEntry]:
    boxes = dict(_flatten(trak))
    (track_id,) = struct.unpack_from(">I", boxes[b"tkhd"], 12)
    (timescale,) = struct.unpack_from(">I", boxes[b"mdhd"], 12)
    if not timescale:
        raise ValueError("its head is damaged")
    kind, fields = next(iterate_boxes(boxes[b"stsd"][8:]), (b"", b""))
    is_picture = boxes[b"hdlr"][8:12] == b"vide"
    size = struct.unpack_from(">HH", fields, 24) if is_picture else (0, 0)
    rate_hz = struct.unpack_from(">I", fields, 24)[0] >> 16 if not is_picture else 0
    (_, configuration) = next(iterate_boxes(fields[_PICTURE_FIELDS if is_picture else _SOUND_FIELDS :]), (b"", b""))
    duration = durations.get(track_id, 0)
    return track_id, SampleEntry(kind.decode("ascii"), size, rate_hz, configuration, timescale, duration)


def _flatten(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    for kind, inner in iterate_boxes(content):
        yield kind, inner
        if kind in _CONTAINERS:
            yield from _flatten(inner)


def _read_durations(moov: bytes) -> Iterator[tuple[int, int]]:
    """Yield the default duration of each track's frames."""
    for kind, extends in iterate_boxes(moov):
        for inner_kind, inner in iterate_boxes(extends) if kind == b"mvex" else ():
            if inner_kind == b"trex" and len(inner) >= 16:
                track_id, _, duration = struct.unpack_from(">III", inner, 4)
                yield track_id, duration


def _read_h264_sets(configuration: bytes) -> Iterator[bytes]:
    """Yield the parameter sets of ``avcC`` (ISO/IEC 14496-15, 5.3.3.1)."""
    place = 5
    for mask in (0x1F, 0xFF):
        count, place = configuration[place] & mask, place + 1
        for _ in range(count):
            unit, place = _read_unit(configuration, place)
            yield unit


def _read_h265_sets(configuration: bytes) -> Iterator[bytes]:
    """Yield the parameter sets of ``hvcC`` (8.3.3.1)."""
    arrays, place = configuration[_H265_ARRAYS], _H265_ARRAYS + 1
    for _ in range(arrays):
        count, place = int.from_bytes(configuration[place + 1 : place + 3]), place + 3
        for _ in range(count):
            unit, place = _read_unit(configuration, place)
            yield unit


def _read_unit(data: bytes, place: int) -> tuple[bytes, int]:
    length = int.from_bytes(data[place : place + 2])
    end = place + 2 + length
    if not length or end > len(data):
        raise IndexError
    return data[place + 2 : end], end
