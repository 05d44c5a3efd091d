"""H.264 bitstream: parameter sets, key frames and B-frames of access units in Annex B form (ITU-T H.264)."""

from collections.abc import Iterator
from dataclasses import dataclass

from ipcamd.wire.bitstream.access_unit import AccessUnit
from ipcamd.wire.bitstream.bits import BitReader

_SLICE, _PARTITION, _IDR, _SPS, _PPS, _DELIMITER = 1, 2, 5, 7, 8, 9
_PICTURE = (_SLICE, _IDR)
_PROFILES = {88: "Extended", 110: "High 10", 122: "High 4:2:2", 244: "High 4:4:4"}
_PASSED = (66, 77, 100)
"""Profiles that browsers, recorders and payload formats take: 8 bits, 4:2:0."""
_HIGH = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
"""Profiles whose parameter sets tell the sampling of colours (7.3.2.1.1)."""
_B_SLICES = (1, 6)
_ALL_RATIOS = 255
_HEADER_BYTES = 12
"""Enough of a slice to read its type."""


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """Contents of a sequence parameter set."""

    size: tuple[int, int]
    """Width and height in pixels, as shown."""
    obstacle: str
    """Why such a stream cannot be handed on; "" if it can."""


class H264Inspector:
    """Inspects a stream, and remembers its parameter sets. See `Inspector`."""

    def __init__(self) -> None:
        self._sets: dict[tuple[int, int], bytes] = {}
        """The newest parameter sets, with start code, by type and number."""
        self._sequence: SequenceParameters | None = None

    def inspect(self, data: bytes) -> AccessUnit | None:
        """See `Inspector`. `data` may begin with parameter sets, or consist of them: they are remembered."""
        units = list(find_units(data))
        kinds = {data[start] & 31 for start, _ in units}
        for start, end in units:
            self._remember(data[start:end])
        if not kinds & {*_PICTURE, _PARTITION}:
            return None
        key = _IDR in kinds
        payload = data if not key or kinds >= {_SPS, _PPS} else self._completed(data, units)
        size = self._sequence.size if self._sequence else (0, 0)
        return AccessUnit(payload, key, size, self._find_obstacle(data, units))

    def _remember(self, unit: bytes) -> None:
        kind = unit[0] & 31
        if kind not in (_SPS, _PPS):
            return
        try:
            # the number of a sequence parameter set follows profile, constraints and level
            number = BitReader(unit[4:8] if kind == _SPS else unit[1:6]).unsigned()
            if kind == _SPS:
                self._sequence = read_sequence(unit)
        except ValueError:
            return
        if number < 256:
            self._sets[kind, number] = b"\0\0\0\1" + unit

    def _completed(self, data: bytes, units: list[tuple[int, int]]) -> bytes:
        """Return a key frame with the newest parameter sets before its first unit, but after a delimiter."""
        has_delimiter = data[units[0][0]] & 31 == _DELIMITER
        at = units[0][1] if has_delimiter else 0
        return b"".join((data[:at], *(self._sets[key] for key in sorted(self._sets)), data[at:]))

    def _find_obstacle(self, data: bytes, units: list[tuple[int, int]]) -> str:
        if self._sequence is None or not any(kind == _PPS for kind, _ in self._sets):
            return "the source sends no parameter sets"
        if self._sequence.obstacle:
            return self._sequence.obstacle
        for start, end in units:
            kind = data[start] & 31
            if kind == _PARTITION or (kind == _SLICE and _slice_type(data[start + 1 : end]) in _B_SLICES):
                return "B-frames" if kind == _SLICE else "data partitioning"
        return ""


def find_units(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each NAL unit of a frame in Annex B form begins, behind its start code, and where it ends."""
    start = data.find(b"\0\0\1")
    while start >= 0:
        following = data.find(b"\0\0\1", start + 3)
        end = len(data) if following < 0 else following
        while end > start + 3 and not data[end - 1]:  # zeros belong to the next start code
            end -= 1
        if end > start + 3:
            yield start + 3, end
        start = following


def _slice_type(body: bytes) -> int:
    reader = BitReader(body[:_HEADER_BYTES])
    try:
        reader.unsigned()  # the first macroblock
        return reader.unsigned()
    except ValueError:
        return -1


def read_sequence(unit: bytes) -> SequenceParameters:
    """Return what a sequence parameter set says (7.3.2.1.1). Raises ``ValueError`` if it is damaged."""
    reader = BitReader(unit[1:])
    profile = reader.read(8)
    reader.read(16)  # constraints, level
    reader.unsigned()
    chroma, obstacle = 1, "" if profile in _PASSED else f"profile {_PROFILES.get(profile, profile)}"
    if profile in _HIGH:
        chroma = _skip_colours(reader)
    reader.unsigned()
    may_reorder = _skip_picture_order(reader)
    reader.unsigned()  # reference frames
    reader.flag()
    columns, rows = reader.unsigned() + 1, reader.unsigned() + 1
    progressive = reader.flag()
    if not progressive:
        reader.flag()
        obstacle = obstacle or "interlaced pictures"
    reader.flag()
    size = _cropped(reader, 16 * columns, 16 * rows * (1 if progressive else 2), chroma, 1 if progressive else 2)
    if reader.flag():
        square, reordered = _read_usability(reader)
        obstacle = obstacle or ("" if square else "pixels that are not square")
        obstacle = obstacle or ("B-frames" if may_reorder and reordered else "")
    return SequenceParameters(size, obstacle)


def _skip_colours(reader: BitReader) -> int:
    """Skip bit depths and scaling lists; return the sampling of colours, 1 for 4:2:0."""
    chroma = reader.unsigned()
    if chroma == 3:
        reader.flag()
    reader.unsigned()
    reader.unsigned()
    reader.flag()
    if reader.flag():
        for index in range(12 if chroma == 3 else 8):
            if reader.flag():
                _skip_scaling_list(reader, 16 if index < 6 else 64)
    return chroma


def _skip_scaling_list(reader: BitReader, length: int) -> None:
    last = following = 8
    for _ in range(length):
        if following:
            following = (last + reader.signed()) % 256
        last = following or last


def _skip_picture_order(reader: BitReader) -> bool:
    """Skip the order of pictures; return whether that allows pictures to be shown in another order than decoded."""
    kind = reader.unsigned()
    if kind == 0:
        reader.unsigned()
    elif kind == 1:
        reader.flag()
        reader.signed()
        reader.signed()
        for _ in range(min(256, reader.unsigned())):
            reader.signed()
    return kind != 2


def _cropped(reader: BitReader, width: int, height: int, chroma: int, fields: int) -> tuple[int, int]:
    if not reader.flag():
        return width, height
    left, right, top, bottom = (reader.unsigned() for _ in range(4))
    across, down = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1) * fields
    return width - across * (left + right), height - down * (top + bottom)


def _read_usability(reader: BitReader) -> tuple[bool, int]:
    """Return whether pixels are square, and how many pictures are reordered, as far as that is said (E.1.1)."""
    square = True
    if reader.flag():
        ratio = reader.read(8)
        square = ratio in (0, 1)
        if ratio == _ALL_RATIOS:
            square = reader.read(16) == reader.read(16)
    if reader.flag():
        reader.flag()
    if reader.flag():
        reader.read(4)
        if reader.flag():
            reader.read(24)
    if reader.flag():
        reader.unsigned()
        reader.unsigned()
    if reader.flag():
        reader.read(65)  # units in a tick, ticks a second, whether they are exact
    has_buffers = [_skip_buffer(reader) for _ in range(2)]
    if any(has_buffers):
        reader.flag()
    reader.flag()
    if not reader.flag():
        return square, 0
    reader.flag()
    for _ in range(4):
        reader.unsigned()
    return square, reader.unsigned()


def _skip_buffer(reader: BitReader) -> bool:
    if not reader.flag():
        return False
    count = reader.unsigned() + 1
    reader.read(8)
    for _ in range(min(32, count)):
        reader.unsigned()
        reader.unsigned()
        reader.flag()
    reader.read(20)
    return True
