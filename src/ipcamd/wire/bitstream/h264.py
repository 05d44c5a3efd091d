"""H.264 bitstream: parameter sets, key frames and B-frames of access units in Annex B form (ITU-T H.264)."""

from functools import partial

from ipcamd.wire.bitstream.access_unit import SQUARE
from ipcamd.wire.bitstream.bits import BitReader
from ipcamd.wire.bitstream.nal_inspector import NalInspector, NalSyntax, read_cropped_size, read_pixel_aspect
from ipcamd.wire.bitstream.passthrough_obstacle import (
    B_FRAMES,
    DATA_PARTITIONING,
    SequenceParameters,
    find_other_h264_profile,
)
from ipcamd.wire.packetize.h264 import unit_type

_SLICE, _PARTITION, _IDR, _SPS, _PPS, _DELIMITER = 1, 2, 5, 7, 8, 9
_HIGH = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
"""Profiles whose parameter sets contain the chroma format (7.3.2.1.1)."""
_B_SLICES = (1, 6)
_HEADER_BYTES = 12
"""Number of bytes of a slice with its type."""


def find_obstacle(unit: bytes) -> str:
    """Return why a NAL unit cannot be passed through; "" if it can."""
    kind = unit_type(unit[0])
    if kind == _PARTITION:
        return DATA_PARTITIONING
    return B_FRAMES if kind == _SLICE and _slice_type(unit[1:]) in _B_SLICES else ""


def _slice_type(body: bytes) -> int:
    reader = BitReader(body[:_HEADER_BYTES])
    try:
        reader.unsigned()  # the first macroblock
        return reader.unsigned()
    except ValueError:
        return -1


def read_sequence(unit: bytes) -> SequenceParameters:
    """Return the contents of a sequence parameter set (7.3.2.1.1). Raises ``ValueError`` if it is damaged."""
    reader = BitReader(unit[1:])
    profile = reader.read(8)
    reader.read(16)  # constraints, level
    reader.unsigned()
    chroma = _skip_colours(reader) if profile in _HIGH else 1
    reader.unsigned()
    may_reorder = _skip_picture_order(reader)
    reader.unsigned()  # reference frames
    reader.flag()
    columns, rows = reader.unsigned() + 1, reader.unsigned() + 1
    fields = 1 if reader.flag() else 2
    reader.read(fields)  # adaptive coding of fields, direct inference
    size = read_cropped_size(reader, 16 * columns, 16 * rows * fields, chroma, fields)
    aspect, reordered = _read_usability(reader) if reader.flag() else (SQUARE, 0)
    other_profile = find_other_h264_profile(profile)
    return SequenceParameters(size, aspect, other_profile, fields == 2, may_reorder and reordered > 0)


def _skip_colours(reader: BitReader) -> int:
    """Skip bit depths and scaling lists; return the chroma format, 1 for 4:2:0."""
    chroma = reader.unsigned()
    if chroma == 3:
        reader.flag()
    reader.skip_codes(2)
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
    """Skip the picture order count; return whether it permits a display order other than the decoding order."""
    kind = reader.unsigned()
    if kind == 0:
        reader.unsigned()
    elif kind == 1:
        reader.flag()
        reader.skip_codes(2)
        reader.skip_codes(min(256, reader.unsigned()))
    return kind != 2


def _read_usability(reader: BitReader) -> tuple[tuple[int, int], int]:
    """Return the pixel aspect and the number of reordered pictures, as far as specified (E.1.1)."""
    aspect = read_pixel_aspect(reader) if reader.flag() else SQUARE
    if reader.flag():
        reader.flag()
    if reader.flag():
        reader.read(4)
        if reader.flag():
            reader.read(24)
    if reader.flag():
        reader.skip_codes(2)
    if reader.flag():
        reader.read(65)  # units per tick, ticks per second, whether they are exact
    has_buffers = [_skip_buffer(reader) for _ in range(2)]
    if any(has_buffers):
        reader.flag()
    reader.flag()
    if not reader.flag():
        return aspect, 0
    reader.flag()
    reader.skip_codes(4)
    return aspect, reader.unsigned()


def _skip_buffer(reader: BitReader) -> bool:
    if not reader.flag():
        return False
    count = reader.unsigned() + 1
    reader.read(8)
    for _ in range(min(32, count)):
        reader.skip_codes(2)
        reader.flag()
    reader.read(20)
    return True


def _set_number(unit: bytes) -> int:
    """Return the number of a parameter set; in a sequence set it follows profile, constraints and level."""
    return BitReader(unit[4:8] if unit_type(unit[0]) == _SPS else unit[1:6]).unsigned()


H264Inspector = partial(
    NalInspector,
    NalSyntax(
        kind=unit_type,
        sets=(_SPS, _PPS),
        sequence=_SPS,
        delimiter=_DELIMITER,
        pictures=frozenset((_SLICE, _PARTITION, _IDR)),
        keys=frozenset((_IDR,)),
        set_number=_set_number,
        read_sequence=read_sequence,
        find_obstacle=find_obstacle,
    ),
)
"""Creates an inspector of H.264."""
