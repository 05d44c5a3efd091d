"""H.265 bitstream: parameter sets and key frames of access units in Annex B form (ITU-T H.265)."""

from functools import partial

from ipcamd.wire.bitstream.access_unit import SQUARE
from ipcamd.wire.bitstream.bits import BitReader
from ipcamd.wire.bitstream.nal_inspector import NalInspector, NalSyntax, read_cropped_size, read_pixel_aspect
from ipcamd.wire.bitstream.passthrough_obstacle import SequenceParameters, find_other_h265_profile
from ipcamd.wire.packetize.h265 import unit_type

_VPS, _SPS, _PPS, _DELIMITER = 32, 33, 34, 35
_PICTURES = frozenset((*range(10), *range(16, 22)))
_KEYS = frozenset(range(16, 22))
"""Random access points (7.4.2.2): BLA, IDR and CRA pictures."""
_HEADER_BYTES = 2
_MOST_SETS, _MOST_PICTURES = 64, 16
"""Reference picture sets of a sequence, pictures of a set (7.4.3.2.1)."""


def read_sequence(unit: bytes) -> SequenceParameters:
    """Return the contents of a sequence parameter set (7.3.2.2.1). Raises ``ValueError`` if it is damaged."""
    reader = BitReader(unit[_HEADER_BYTES:])
    layers, profile, is_interlaced = _read_beginning(reader)
    reader.unsigned()
    size = _read_size(reader)
    reader.skip_codes(2)
    counter_bits = reader.unsigned() + 4
    reorders = _read_reordering(reader, layers)
    other_profile = find_other_h265_profile(profile)
    _skip_coding_tools(reader, counter_bits)
    aspect = read_pixel_aspect(reader) if reader.flag() and reader.flag() else SQUARE
    return SequenceParameters(size, aspect, other_profile, is_interlaced, reorders > 0)


def _read_beginning(reader: BitReader) -> tuple[int, int, bool]:
    """Return the number of sub-layers below the highest, the profile, and whether the source is interlaced (7.3.3)."""
    reader.read(4)
    layers = reader.read(3)
    reader.flag()
    reader.read(3)
    profile = reader.read(5)
    reader.read(32)
    is_progressive, is_interlaced = reader.flag(), reader.flag()
    reader.read(46)
    reader.read(8)
    present = [(reader.flag(), reader.flag()) for _ in range(layers)]
    if layers:
        reader.read(2 * (8 - layers))
    for has_profile, has_level in present:
        reader.read(88 * has_profile + 8 * has_level)
    return layers, profile, is_interlaced and not is_progressive


def _read_size(reader: BitReader) -> tuple[int, int]:
    chroma = reader.unsigned()
    if chroma == 3:
        reader.flag()
    return read_cropped_size(reader, reader.unsigned(), reader.unsigned(), chroma)


def _read_reordering(reader: BitReader, layers: int) -> int:
    """Return the number of pictures that may be shown before one that was decoded earlier."""
    reorders = 0
    for _ in range(layers + 1 if reader.flag() else 1):
        reader.unsigned()
        reorders = reader.unsigned()
        reader.unsigned()
    return reorders


def _skip_coding_tools(reader: BitReader, counter_bits: int) -> None:
    """Skip all fields from the block sizes to the reference pictures."""
    reader.skip_codes(6)
    if reader.flag() and reader.flag():
        _skip_scaling_lists(reader)
    reader.read(2)
    if reader.flag():
        reader.read(8)
        reader.skip_codes(2)
        reader.flag()
    _skip_picture_sets(reader)
    if reader.flag():
        for _ in range(min(32, reader.unsigned())):
            reader.read(counter_bits + 1)
    reader.read(2)


def _skip_scaling_lists(reader: BitReader) -> None:
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if not reader.flag():
                reader.unsigned()
                continue
            if size > 1:
                reader.signed()
            reader.skip_codes(min(64, 1 << 4 + 2 * size))


def _skip_picture_sets(reader: BitReader) -> None:
    """Skip the short-term reference picture sets (7.3.7)."""
    pictures = 0
    for number in range(min(_MOST_SETS, reader.unsigned())):
        if number and reader.flag():
            reader.flag()
            reader.unsigned()
            pictures = sum(reader.flag() or reader.flag() for _ in range(pictures + 1))
            continue
        pictures = reader.unsigned() + reader.unsigned()
        if pictures > _MOST_PICTURES:
            raise ValueError(f"{pictures} reference pictures")
        for _ in range(pictures):
            reader.unsigned()
            reader.flag()


def _set_number(unit: bytes) -> int:
    kind = unit_type(unit[0])
    reader = BitReader(unit[_HEADER_BYTES : None if kind == _SPS else _HEADER_BYTES + 6])
    if kind == _VPS:
        return reader.read(4)
    if kind == _SPS:
        _read_beginning(reader)
    return reader.unsigned()


H265Inspector = partial(
    NalInspector,
    NalSyntax(
        kind=unit_type,
        sets=(_VPS, _SPS, _PPS),
        sequence=_SPS,
        delimiter=_DELIMITER,
        pictures=_PICTURES,
        keys=_KEYS,
        set_number=_set_number,
        read_sequence=read_sequence,
    ),
)
"""Creates an inspector of H.265."""
