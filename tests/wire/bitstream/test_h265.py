"""H.265 of other encoders: inspection without decoding."""

import av
import pytest
from tests.media.encoded import annex_b, h265, h265_units

from ipcamd.wire.bitstream.h265 import H265Inspector, read_sequence

VPS, SPS, PPS, DELIMITER = 32, 33, 34, 35


@pytest.mark.parametrize(
    ("size", "parameters", "options", "obstacle"),
    [
        ((320, 240), "", {}, ""),
        ((1920, 1080), "", {}, ""),
        ((322, 242), "", {}, ""),
        ((640, 360), "", {"preset": "medium"}, ""),
        ((320, 240), "", {"profile": "main10"}, "profile Main 10"),
        ((320, 240), "", {"profile": "main444-8"}, "profile Range Extensions"),
        ((320, 240), "scaling-list=default", {}, ""),
        ((320, 240), "temporal-layers=3:bframes=4:b-pyramid=1", {"tune": "grain", "preset": "medium"}, "B-frames"),
        ((720, 480), "sar=2", {}, "pixels that are not square"),
        ((720, 480), "sar=1", {}, ""),
        ((320, 240), "bframes=2", {"tune": "grain", "preset": "medium"}, "B-frames"),
    ],
)
def test_size_and_obstacle(size: tuple[int, int], parameters: str, options: dict[str, str], obstacle: str) -> None:
    inspector = H265Inspector()
    found = [inspector.inspect(data) for data in h265(4, size, parameters=parameters, **options)]
    assert [(unit.size, unit.obstacle) for unit in found if unit] == [(size, obstacle)] * 4
    assert [unit.key for unit in found if unit] == [True, False, False, False]


def test_a_key_frame_gets_the_newest_parameter_sets() -> None:
    first, *_, second = h265(6)
    inspector = H265Inspector()
    inspector.inspect(first)
    assert [unit[0] >> 1 for unit in h265_units(second)][:3] == [VPS, SPS, PPS]
    bare = annex_b([bytes((DELIMITER << 1, 1, 0x50)), *h265_units(second, VPS, SPS, PPS)])
    found = inspector.inspect(bare)
    assert found
    assert [unit[0] >> 1 for unit in h265_units(found.payload)][:4] == [DELIMITER, VPS, SPS, PPS]
    assert h265_units(found.payload, VPS, SPS, PPS) == h265_units(bare)


def test_complete_frames_are_unchanged_and_random_access_points_are_key_frames() -> None:
    inspector, frames = H265Inspector(), h265(11)
    found = [unit for unit in map(inspector.inspect, frames) if unit]
    assert [unit.payload for unit in found] == frames
    assert [number for number, unit in enumerate(found) if unit.key] == [0, 5, 10]
    decoder = av.CodecContext.create("hevc", "r")
    assert len([frame for unit in found[5:] for frame in decoder.decode(av.Packet(unit.payload))]) >= 5


def test_without_parameter_sets_nothing_is_known() -> None:
    first = h265(1)[0]
    for missing in (VPS, SPS, PPS):
        found = H265Inspector().inspect(annex_b(h265_units(first, missing)))
        assert found
        assert found.obstacle == "the source sends no parameter sets"


def test_parameter_sets_alone_are_remembered_and_are_no_picture() -> None:
    first = h265(1)[0]
    sets = [unit for unit in h265_units(first) if unit[0] >> 1 in (VPS, SPS, PPS)]
    inspector = H265Inspector()
    assert inspector.inspect(annex_b(sets)) is None
    found = inspector.inspect(annex_b(h265_units(first, VPS, SPS, PPS)))
    assert found
    assert (found.size, found.obstacle) == ((320, 240), "")
    assert found.payload.startswith(annex_b(sets))


def test_damaged_parameter_sets_are_passed_over() -> None:
    sequence = h265_units(h265(1)[0])[1]
    for end in range(2, len(sequence)):
        H265Inspector().inspect(annex_b([sequence[:end], b"\x26\x01\x88\x84"]))


def test_predicted_picture_sets_of_cameras_are_read() -> None:
    """x265 writes none of them: a parameter set as hardware encoders do, with a pixel ratio behind the sets."""
    bits = [
        "0000 000 1",  # parameter set 0, one sub-layer
        "00 0 00001 01100000", "0" * 24, "1001", "0" * 44, "01011101",  # Main, progressive, level 3.1
        golomb(0, 1, 320, 240), "0",  # number 0, 4:2:0, the size, no cropping
        golomb(0, 0, 4), "1", golomb(2, 0, 0),  # 8 bits, a counter of 8 bits, 3 pictures, none reordered
        golomb(0, 3, 0, 3, 1, 1),  # sizes of blocks
        "11", "1", "1" * 16, "0 1" * 11, "1", "1" * 65, "0 1" * 7,  # scaling lists, two of them explicit
        "00", "1 01110111", golomb(0, 1), "0",  # two tools, PCM
        golomb(3),  # sets of pictures: the first with two, the others predicted
        golomb(2, 0), golomb(0), "1", golomb(0), "1",
        "1 0", golomb(0), "1 01 00",
        "1 1", golomb(1), "1 1 1",
        "0 00",  # no long-term pictures, two tools
        "1 1 00000010",  # a pixel is 12:11
        "1",
    ]  # fmt: skip
    text = "".join(bits).replace(" ", "")
    body = int(text.ljust(-len(text) % 8 + len(text), "0"), 2).to_bytes(-(-len(text) // 8))
    # emulation prevention, as an encoder must write it
    escaped = body.replace(b"\0\0\0", b"\0\0\3\0").replace(b"\0\0\1", b"\0\0\3\1")
    found = read_sequence(b"\x42\x01" + escaped)
    assert found.size == (320, 240)
    assert found.pixel_aspect != (1, 1)


def golomb(*numbers: int) -> str:
    """Return Exp-Golomb codes (ITU-T H.265, 9.2)."""
    return "".join(f"{number + 1:b}".rjust(2 * (number + 1).bit_length() - 1, "0") for number in numbers)
