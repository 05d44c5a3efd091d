"""Decoded pictures and sound become the camera's own."""

from fractions import Fraction

import av
import numpy as np
import pytest
from tests.media.source.clips import grey

from ipcamd.media.planes import planes
from ipcamd.media.source.convert import CHUNK_SAMPLES, AudioConverter, VideoConverter, copy_frame, fit_size

LARGE = (4000, 4000)


@pytest.mark.parametrize(
    ("have", "want", "size"),
    [
        ((640, 480), (1280, 720), (640, 480)),
        ((1920, 1080), (1280, 720), (1280, 720)),
        ((3840, 2160), (640, 480), (640, 360)),
        ((1080, 1920), (1280, 720), (404, 720)),
        ((321, 241), (640, 480), (320, 240)),
        ((1, 1), (640, 480), (2, 2)),
        ((1001, 10), (320, 240), (320, 4)),
    ],
)
def test_a_picture_is_no_larger_than_wanted(
    have: tuple[int, int], want: tuple[int, int], size: tuple[int, int]
) -> None:
    assert fit_size(have, want) == size


@pytest.mark.parametrize(
    ("form", "range_", "luma", "seen"),
    [
        ("yuv420p", 1, 16, 0),
        ("yuv420p", 1, 235, 255),
        ("yuv420p", 0, 16, 0),
        ("yuv420p", 2, 16, 16),
        ("yuvj420p", 0, 16, 16),
        ("yuvj420p", 2, 235, 235),
        ("yuv422p", 1, 235, 255),
        ("yuv444p", 0, 16, 0),
    ],
)
def test_limited_range_is_stretched_and_full_range_is_left(form: str, range_: int, luma: int, seen: int) -> None:
    frame = av.VideoFrame(64, 48, form)
    for plane, value in zip(frame.planes, (luma, 128, 128), strict=True):
        np.frombuffer(memoryview(plane), np.uint8)[:] = value
    frame.color_range = range_
    y, u, v = planes(VideoConverter().convert(frame, LARGE))
    assert abs(int(y[20, 20]) - seen) <= 1
    assert abs(int(u[10, 10]) - 128) <= 1 and abs(int(v[10, 10]) - 128) <= 1


@pytest.mark.parametrize("form", ["rgb24", "bgr0", "gbrp", "pal8", "gray", "rgba"])
def test_other_kinds_of_picture_keep_black_and_white(form: str) -> None:
    source = av.VideoFrame(64, 48, "rgb24")
    np.frombuffer(memoryview(source.planes[0]), np.uint8).reshape(48, -1)[:, : 32 * 3] = 255
    np.frombuffer(memoryview(source.planes[0]), np.uint8).reshape(48, -1)[:, 32 * 3 :] = 0
    frame = source if form == "pal8" else source.reformat(format=form)
    y = planes(VideoConverter().convert(frame, LARGE))[0]
    assert (int(y[24, 8]), int(y[24, 56])) == (255, 0)


def test_colours_of_high_definition_are_those_of_a_jpeg() -> None:
    """BT.709's red is another Y, Cb and Cr than BT.601's."""
    frame = grey((64, 48), 63)
    for plane, value in zip(planes(frame)[1:], (102, 240), strict=True):
        plane[:] = value
    frame.colorspace, frame.color_range = 1, 1
    seen = VideoConverter().convert(frame, LARGE)
    # the colour that a JPEG viewer shows
    y, u, v = (float(plane[10, 10]) for plane in planes(seen))
    red, green, blue = y + 1.402 * (v - 128), y - 0.344 * (u - 128) - 0.714 * (v - 128), y + 1.772 * (u - 128)
    assert red == pytest.approx(255, abs=4)
    assert green == pytest.approx(0, abs=6)
    assert blue == pytest.approx(0, abs=6)


def test_flat_pixels_are_made_square() -> None:
    seen = VideoConverter(Fraction(16, 11)).convert(grey((720, 576), 100), LARGE)
    assert (seen.width, seen.height) == (1048, 576)


@pytest.mark.parametrize("shape", [None, Fraction(0), Fraction(964, 963), Fraction(1000), Fraction(-1)])
def test_an_unspecified_pixel_aspect_ratio_is_left_out(shape: Fraction | None) -> None:
    seen = VideoConverter(shape).convert(grey((64, 48), 100), LARGE)
    assert (seen.width, seen.height) == (64, 48)


@pytest.mark.parametrize("form", ["yuvj420p", "yuv420p"])
def test_the_pixels_are_not_shared(form: str) -> None:
    frame = grey((64, 48), 100, form)
    frame.color_range = 2
    converter = VideoConverter()
    first, second = converter.convert(frame, LARGE), converter.convert(frame, LARGE)
    planes(first)[0][:] = 7
    assert planes(second)[0][0, 0] == planes(frame)[0][0, 0] == 100
    planes(copy_frame(second))[0][:] = 9
    assert planes(second)[0][0, 0] == 100


def test_sound_is_mixed_and_resampled_in_short_stretches() -> None:
    at = np.arange(48000)
    wave = (20000 * np.sin(2 * np.pi * 1000 * at / 48000)).astype(np.float32) / 32768
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), "fltp", "stereo")
    frame.sample_rate = 48000
    audio_converter = AudioConverter()
    stretches = [*audio_converter.convert(frame), *audio_converter.convert(None)]
    samples = np.concatenate(stretches)
    assert max(stretch.size for stretch in stretches) <= CHUNK_SAMPLES
    assert samples.dtype == np.int16
    assert samples.size == pytest.approx(8000, abs=20)
    assert np.sqrt(np.mean(samples[500:7500].astype(float) ** 2)) == pytest.approx(20000 / np.sqrt(2), rel=0.05)
