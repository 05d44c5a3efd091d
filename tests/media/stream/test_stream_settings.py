"""Stream settings from parameters."""

import pytest

from ipcamd.media import codecs
from ipcamd.media.stream.stream_settings import StreamSettings
from ipcamd.params import find_group
from ipcamd.params.group import Values


def values(codec: codecs.Codec, **changes: str) -> Values:
    group = find_group(codec.parameters)
    assert group
    return group.values(**changes)


@pytest.mark.parametrize(
    ("codec", "changes", "settings"),
    [
        (codecs.JPEG, {}, StreamSettings(codecs.JPEG, (1280, 720), 30, 3, passes=True)),
        (
            codecs.JPEG,
            {"Resolution": "1", "Framerate": "5"},
            StreamSettings(codecs.JPEG, (320, 240), 5, 3, passes=True),
        ),
        (
            codecs.H264,
            {"Resolution": "19", "Framerate": "20"},
            StreamSettings(codecs.H264, (2048, 1536), 20, 3, None, True),
        ),
        (
            codecs.H264,
            {"Ratecontrol": "cbr", "Bitrate": "1500"},
            StreamSettings(codecs.H264, (1280, 720), 30, 3, 1_500_000, True),
        ),
        (
            codecs.H264,
            {"Ratecontrol": "vbr", "Quality": "0"},
            StreamSettings(codecs.H264, (1280, 720), 30, 0, None, True),
        ),
        (codecs.H264, {"Passthrough": "off"}, StreamSettings(codecs.H264, (1280, 720), 30, 3)),
        (codecs.MPEG4, {"Quality": "4"}, StreamSettings(codecs.MPEG4, (1280, 720), 30, 4)),
    ],
)
def test_shapes(codec: codecs.Codec, changes: dict[str, str], settings: StreamSettings) -> None:
    assert StreamSettings.of(codec, values(codec, **changes)) == settings


def test_mpeg4_at_a_steady_rate_takes_its_bits_from_size_and_quality() -> None:
    def bits(**changes: str) -> int:
        rate = StreamSettings.of(codecs.MPEG4, values(codecs.MPEG4, Ratecontrol="cbr", **changes)).bitrate
        assert rate
        return rate

    assert 3_000_000 < bits() < 3_600_000
    assert bits(Quality="0") < bits(Quality="1") < bits(Quality="2") < bits() < bits(Quality="4")
    assert bits(Resolution="1") * 12 == pytest.approx(bits(), rel=0.01)
    assert bits(Framerate="1") == bits(Framerate="10") < bits(Framerate="15")


@pytest.mark.parametrize(("rate", "gop"), [(1, 2), (2, 4), (5, 10), (8, 16), (15, 30), (20, 30), (25, 30), (30, 30)])
def test_a_key_frame_every_one_or_two_seconds(rate: int, gop: int) -> None:
    assert StreamSettings(codecs.H264, (640, 480), rate, 3).gop == gop
    assert 1 <= gop / rate <= 2


def test_jpegs_stand_alone() -> None:
    assert StreamSettings(codecs.JPEG, (640, 480), 30, 3).gop == 1
