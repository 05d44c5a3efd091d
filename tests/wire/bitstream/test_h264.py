"""H.264 of other encoders: inspection without decoding."""

import pytest
from tests.media.encoded import annex_b, h264, units

from ipcamd.wire.bitstream.h264 import H264Inspector

SPS, PPS, DELIMITER = 7, 8, 9


@pytest.mark.parametrize(
    ("size", "options", "obstacle"),
    [
        ((320, 240), {}, ""),
        ((640, 360), {"profile": "baseline"}, ""),
        ((1920, 1080), {}, ""),
        ((1280, 720), {"profile": "main"}, ""),
        ((320, 240), {"profile": "high444"}, "profile High 4:4:4"),
        ((320, 240), {"profile": "high10"}, "profile High 10"),
        ((720, 480), {"x264-params": "interlaced=1"}, "interlaced pictures"),
        ((720, 480), {"x264-params": "sar=8/9"}, "pixels that are not square"),
        ((320, 240), {"tune": "film", "bf": "2", "preset": "medium"}, "B-frames"),
    ],
)
def test_size_and_obstacle(size: tuple[int, int], options: dict[str, str], obstacle: str) -> None:
    inspector = H264Inspector()
    found = [inspector.inspect(data) for data in h264(4, size, **options)]
    assert [(unit.size, unit.obstacle) for unit in found if unit] == [(size, obstacle)] * 4
    assert [unit.key for unit in found if unit] == [True, False, False, False]


def test_b_frames_are_detected_where_the_parameter_sets_do_not_show_them() -> None:
    frames = h264(9, tune="film", bf="2", preset="medium", **{"x264-params": "b-adapt=0"})
    # the parameter sets of a stream without B-frames, of the same profile, as a careless encoder would write them
    plain = units(h264(1, tune="film", bf="0", preset="medium", profile="main")[0])
    assert plain[0][0] & 31 == SPS
    inspector = H264Inspector()
    assert inspector.inspect(annex_b([plain[0], *units(frames[0], SPS)]))
    assert "B-frames" in [unit.obstacle for unit in map(inspector.inspect, frames[1:]) if unit]


def test_a_key_frame_gets_the_newest_parameter_sets() -> None:
    first, *_, second = h264(6)
    inspector = H264Inspector()
    inspector.inspect(first)
    assert units(second)[0][0] & 31 == SPS
    bare = annex_b([b"\x09\xf0", *units(second, SPS, PPS)])
    found = inspector.inspect(bare)
    assert found
    assert [unit[0] & 31 for unit in units(found.payload)][:3] == [DELIMITER, SPS, PPS]
    assert units(found.payload, SPS, PPS) == units(bare)


def test_complete_frames_are_unchanged() -> None:
    inspector, frames = H264Inspector(), h264(7)
    assert [unit.payload for unit in map(inspector.inspect, frames) if unit] == frames


def test_without_parameter_sets_nothing_is_known() -> None:
    bare = annex_b(units(h264(1)[0], SPS, PPS))
    found = H264Inspector().inspect(bare)
    assert found
    assert (found.size, found.obstacle) == ((0, 0), "the source sends no parameter sets")


def test_parameter_sets_alone_are_remembered_and_are_no_picture() -> None:
    first = h264(1)[0]
    sets = [unit for unit in units(first) if unit[0] & 31 in (SPS, PPS)]
    inspector = H264Inspector()
    assert inspector.inspect(annex_b(sets)) is None
    assert inspector.inspect(b"no video") is None
    found = inspector.inspect(annex_b(units(first, SPS, PPS)))
    assert found
    assert (found.size, found.obstacle) == ((320, 240), "")
    assert found.payload.startswith(annex_b(sets))


def test_damaged_parameter_sets_are_passed_over() -> None:
    sequence = units(h264(1)[0])[0]
    for end in range(1, len(sequence)):
        H264Inspector().inspect(annex_b([sequence[:end], b"\x65\x88\x84"]))
