"""Pictures from the bytes of streams without a container."""

import random

import av
import pytest
from tests.media.encoded import annex_b, h264, units
from tests.media.source.clips import grey

from ipcamd.wire.bitstream import framer
from ipcamd.wire.bitstream.framer import FixedFramer, H264Framer, JpegFramer


def jpegs(count: int) -> list[bytes]:
    codec = av.VideoCodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.framerate = 64, 48, "yuvj420p", 30
    return [bytes(packet) for level in range(count) for packet in codec.encode(grey((64, 48), level, "yuvj420p"))]


def pieces(data: bytes) -> list[bytes]:
    chance = random.Random(1)
    cuts = sorted(chance.choices(range(len(data)), k=40))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@pytest.mark.parametrize("options", [{}, {"slices": "3"}, {"x264-params": "aud=1"}, {"bf": "2", "tune": "psnr"}])
def test_each_access_unit_is_complete_when_the_next_one_starts(options: dict[str, str]) -> None:
    written = h264(12, (320, 240), 5, **options)
    made = H264Framer()
    found = [unit for piece in pieces(b"".join(written)) for unit in made.feed(piece)]
    assert [units(unit) for unit in found] == [units(unit) for unit in written[:-1]]
    assert b"".join(found) == b"".join(written[:-1])
    assert not made.is_empty


def test_start_codes_of_three_bytes_and_a_beginning_within_a_picture() -> None:
    first, second, third = (annex_b(units(unit)).replace(b"\0\0\0\1", b"\0\0\1") for unit in h264(3))
    assert list(H264Framer().feed(first[40:] + second + third))[-1] == second


def test_jpegs_are_complete_at_their_end_and_what_is_between_them_is_left_out() -> None:
    first, second = jpegs(2)
    made = JpegFramer()
    found = [picture for piece in pieces(b"noise" + first + b"\0\xffmore" + second) for picture in made.feed(piece)]
    assert found == [first, second]
    assert made.is_empty


def test_raw_pictures_have_a_fixed_size() -> None:
    made = FixedFramer(4)
    assert list(made.feed(b"abc")) == []
    assert list(made.feed(b"defghi")) == [b"abcd", b"efgh"]
    assert not made.is_empty


@pytest.mark.parametrize("make", [H264Framer, JpegFramer])
def test_a_picture_without_an_end_is_refused(make: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framer, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match="a picture of more than"):
        list(make().feed(b"\xff\xd8" + bytes(2000)))
