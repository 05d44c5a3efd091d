"""NAL inspector: parameter sets, key frames and obstacles of H.264 and H.265, with the syntax of either codec."""

from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.wire.bitstream.access_unit import SQUARE, AccessUnit
from ipcamd.wire.bitstream.bits import BitReader
from ipcamd.wire.bitstream.passthrough_obstacle import NO_PARAMETER_SETS, SequenceParameters, find_obstacle
from ipcamd.wire.packetize.nal_units import START_CODE, find_units

_HEAD_BYTES = 32
"""Maximum bytes of a unit that are searched for an obstacle."""
_PIXEL_ASPECTS = (
    *((1, 1), (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11), (80, 33), (18, 11)),
    *((15, 11), (64, 33), (160, 99), (4, 3), (3, 2), (2, 1)),
)
"""Pixel aspects by their number; unspecified ones count as square (ITU-T H.264, E.2.1; H.265, E.3.1)."""
_OTHER_ASPECT = 255


def read_pixel_aspect(reader: BitReader) -> tuple[int, int]:
    """Return the width and height of a pixel from a sequence parameter set, which contains them here."""
    number = reader.read(8)
    if number == _OTHER_ASPECT:
        width, height = reader.read(16), reader.read(16)
        return (width, height) if width and height and width != height else SQUARE
    return _PIXEL_ASPECTS[number] if number < len(_PIXEL_ASPECTS) else SQUARE


def read_cropped_size(reader: BitReader, width: int, height: int, chroma: int, fields: int = 1) -> tuple[int, int]:
    """Return the visible part of a picture from a sequence parameter set, which contains its margins here.

    `chroma` is the chroma format, 1 for 4:2:0; `fields` is 2 for a picture of two fields (ITU-T H.264, 7.4.2.1.1).
    """
    if not reader.flag():
        return width, height
    left, right, top, bottom = (reader.unsigned() for _ in range(4))
    across, down = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1) * fields
    return width - across * (left + right), height - down * (top + bottom)


@dataclass(frozen=True, slots=True)
class NalSyntax:
    """NAL units of a codec. Types are the numbers of its standard."""

    kind: Callable[[int], int]
    """Return the type of a unit that starts with this byte."""
    sets: tuple[int, ...]
    """Types of the parameter sets, in the order in which they are sent."""
    sequence: int
    """Type of the sequence parameter set."""
    delimiter: int
    """Type of the access unit delimiter."""
    pictures: frozenset[int]
    """Types of parts of pictures."""
    keys: frozenset[int]
    """Types of key frames."""
    set_number: Callable[[bytes], int]
    """Return the number of a parameter set. Raises ``ValueError`` if it is damaged."""
    read_sequence: Callable[[bytes], SequenceParameters]
    """Return the contents of a sequence parameter set. Raises ``ValueError`` if it is damaged."""
    find_obstacle: Callable[[bytes], str] = lambda _: ""
    """Return why the unit that starts with these bytes cannot be passed through; "" if it can."""


class NalInspector:
    """Inspects a stream, and stores its parameter sets. See `Inspector`."""

    def __init__(self, syntax: NalSyntax) -> None:
        self._syntax = syntax
        self._sets: dict[tuple[int, int], bytes] = {}
        """The newest parameter sets, with start code, by type and number."""
        self._sequence: SequenceParameters | None = None

    def inspect(self, data: bytes) -> AccessUnit | None:
        """See `Inspector`. Parameter sets in `data` are stored."""
        units = list(find_units(data))
        kinds = {self._syntax.kind(data[start]) for start, _ in units}
        if not kinds.isdisjoint(self._syntax.sets):
            for start, end in units:
                self._remember(data[start:end])
        if kinds.isdisjoint(self._syntax.pictures):
            return None
        key = bool(kinds & self._syntax.keys)
        payload = data if not key or kinds >= {*self._syntax.sets} else self._completed(data, units)
        size, aspect = (self._sequence.size, self._sequence.pixel_aspect) if self._sequence else ((0, 0), SQUARE)
        return AccessUnit(payload, key, size, self._find_obstacle(data, units), aspect)

    def _remember(self, unit: bytes) -> None:
        kind = self._syntax.kind(unit[0])
        if kind not in self._syntax.sets:
            return
        try:
            number = self._syntax.set_number(unit)
            if kind == self._syntax.sequence:
                self._sequence = self._syntax.read_sequence(unit)
        except ValueError:
            return
        if number < 256:
            self._sets[kind, number] = START_CODE + unit

    def _completed(self, data: bytes, units: list[tuple[int, int]]) -> bytes:
        """Return a key frame with the newest parameter sets before its first unit, but after a delimiter."""
        has_delimiter = self._syntax.kind(data[units[0][0]]) == self._syntax.delimiter
        at = units[0][1] if has_delimiter else 0
        return b"".join((data[:at], *(self._sets[key] for key in sorted(self._sets)), data[at:]))

    def _find_obstacle(self, data: bytes, units: list[tuple[int, int]]) -> str:
        if self._sequence is None or {kind for kind, _ in self._sets} != {*self._syntax.sets}:
            return NO_PARAMETER_SETS
        found = (self._syntax.find_obstacle(data[start : min(end, start + _HEAD_BYTES)]) for start, end in units)
        return find_obstacle(self._sequence) or next(filter(None, found), "")
