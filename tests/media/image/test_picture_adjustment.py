"""Transform: effects of the sensor's parameters on pixels."""

from datetime import datetime

import av
import numpy as np
import pytest
from tests.media.scripted_source import NOON, grey, luma, sloped

from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.on_screen_text import OnScreenText
from ipcamd.media.image.picture_adjustment import PictureAdjustment, mirror_plane
from ipcamd.media.planes import planes
from ipcamd.params.imagesource import SENSOR

GATE = (OnScreenText("UpperLeft", "Gate"),)


def applied(settings: ImageSettings, frame: av.VideoFrame | None = None) -> av.VideoFrame:
    return PictureAdjustment(lambda _: datetime(2024, 1, 20, 12)).apply(frame or sloped(), NOON, settings)


def test_the_neutral_look_is_the_frame_itself() -> None:
    frame = sloped()
    assert applied(ImageSettings(), frame) is frame


def test_the_factory_look_is_neutral() -> None:
    assert ImageSettings.of(SENSOR.values()) == ImageSettings()


def test_the_look_follows_the_parameters() -> None:
    switches = dict.fromkeys(("OverlayText", "IncludeText", "OverlayDate", "OverlayOpaque", "Mirror", "Flip"), "on")
    sensor = SENSOR.values(**switches)
    levels = {"Brightness": "1", "Contrast": "2", "Saturation": "3", "Sharpness": "4"}
    assert ImageSettings.of(sensor | levels, GATE) == ImageSettings(1, 2, 3, 4, True, True, GATE, True)


@pytest.mark.parametrize("level", [0, 60, 128, 200, 255])
def test_brightness_moves_the_mean(level: int) -> None:
    assert luma(applied(ImageSettings(brightness=level), grey(100))) == min(255, max(0, 100 + level - 128))


def test_contrast_turns_about_middle_grey() -> None:
    for value, level, expected in ((128, 255, 128), (178, 0, 128), (178, 64, 153), (178, 192, 203), (10, 255, 0)):
        assert luma(applied(ImageSettings(contrast=level), grey(value))) == expected


def test_saturation() -> None:
    coloured = grey(90, blue=168, red=28)
    for level, blue, red in ((0, 128, 128), (64, 148, 78), (255, 208, 0)):
        y, u, v = planes(applied(ImageSettings(saturation=level), coloured))
        assert (u.mean(), v.mean()) == (blue, red)
        assert y.mean() == 90


def test_sharper_and_softer() -> None:
    edge = sloped()
    planes(edge)[0][:] = np.where(np.arange(320) < 160, 100, 150)

    def across(level: int) -> list[int]:
        return [int(value) for value in planes(applied(ImageSettings(sharpness=level), edge))[0][120, 158:162]]

    assert across(128) == [100, 100, 150, 150]
    soft, sharp = across(0), across(255)
    assert 100 < soft[1] < soft[2] < 150
    assert sharp[1] < 100 < 150 < sharp[2]
    assert [soft[0], soft[3], sharp[0], sharp[3]] == [100, 150, 100, 150]


@pytest.mark.parametrize("level", [0, 255])
def test_sharpness_leaves_an_even_picture_unchanged_and_never_overflows(level: int) -> None:
    assert luma(applied(ImageSettings(sharpness=level), grey(77))) == 77
    checks = grey(0)
    planes(checks)[0][::2, ::2] = planes(checks)[0][1::2, 1::2] = 255
    y = planes(applied(ImageSettings(sharpness=level), checks))[0][2:-2, 2:-2]
    inside, other = y[::2, ::2], y[::2, 1::2]
    # the strongest contrast there is: sharpened it stays black and white, softened it nearly turns about
    assert (inside.min() == 255 and other.max() == 0) if level else (other.min() > inside.max() > 0)


@pytest.mark.parametrize("size", [(320, 240), (322, 242), (360, 240), (1280, 720)])
@pytest.mark.parametrize(("mirror", "flip"), [(True, False), (False, True), (True, True)])
def test_mirror_and_flip(mirror: bool, flip: bool, size: tuple[int, int]) -> None:
    frame = sloped(size)
    step = (-1 if flip else 1, -1 if mirror else 1)
    for before, after in zip(
        planes(frame), planes(applied(ImageSettings(mirror=mirror, flip=flip), frame)), strict=True
    ):
        assert np.array_equal(after, before[:: step[0], :: step[1]])


def test_a_row_is_turned_right_whatever_its_alignment() -> None:
    rows = np.arange(3 * 64, dtype=np.uint8).reshape(3, 64)
    for width in (8, 24, 30, 31, 64):
        part = rows[:, :width]
        assert np.array_equal(mirror_plane(part, True, True), part[::-1, ::-1])


def test_all_but_the_overlay_leaves_the_given_frame_untouched() -> None:
    frame = sloped()
    before = [plane.copy() for plane in planes(frame)]
    made = applied(ImageSettings(140, 150, 160, 170, True, True, GATE, True), frame)
    assert made is not frame
    assert all(np.array_equal(one, two) for one, two in zip(before, planes(frame), strict=True))


def test_the_overlay_stays_readable_when_the_picture_is_mirrored() -> None:
    plain = planes(applied(ImageSettings(texts=GATE, opaque=True), grey(90)))[0]
    mirror_plane = planes(applied(ImageSettings(texts=GATE, opaque=True, mirror=True), grey(90)))[0]
    assert np.array_equal(plain, mirror_plane)
