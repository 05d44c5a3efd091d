"""Blur: an edge gets the width of the blur, and nothing else changes."""

from datetime import datetime

import av
import numpy as np
import pytest
from tests.media.scripted_source import NOON, FrameReceiver, sloped

from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis_tap import AnalysisTap
from ipcamd.media.image.blur import Blurrer
from ipcamd.media.image.frame_processor import FrameProcessor
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.view import View
from ipcamd.media.planes import framed, planes

SIZE = (640, 360)


def edge() -> av.VideoFrame:
    luma = np.zeros(SIZE[::-1], np.uint8)
    luma[:, SIZE[0] // 2 + 3 :] = 255
    colour = np.full((SIZE[1] // 2, SIZE[0] // 2), 90, np.uint8)
    return framed((luma, colour, colour))


def width_of_edge(frame: av.VideoFrame) -> int:
    """Pixels of the middle row that are neither black nor white."""
    row = planes(frame)[0][SIZE[1] // 2]
    return int(np.count_nonzero((row > 5) & (row < 250)))


def test_an_edge_has_the_width_of_the_blur() -> None:
    blurrer = Blurrer()
    widths = [width_of_edge(blurrer.blur(edge(), amount)) for amount in (0, 10, 20, 40)]
    assert widths[0] == 0
    for width, amount in zip(widths[1:], (10, 20, 40), strict=True):
        assert 0.5 < width / (amount * SIZE[1] / 1000) < 2.5
    assert widths == sorted(widths)


@pytest.mark.parametrize("amount", [0.5, 2, 5, 9, 30, 900])
def test_brightness_and_colour_stay(amount: float) -> None:
    sharp = sloped(SIZE)
    blurred = Blurrer().blur(sharp, amount)
    assert (blurred.width, blurred.height, blurred.format.name) == (*SIZE, sharp.format.name)
    for before, after in zip(planes(sharp), planes(blurred), strict=True):
        assert abs(float(before.mean()) - float(after.mean())) < 2


def test_a_view_out_of_focus_is_shown_blurred() -> None:
    latest = FrameReceiver()
    latest.set_wanted(True)
    clock = datetime.fromtimestamp
    processor = FrameProcessor(AnalysisTap(lambda: None), ImageSettings(), lambda: NOON, clock, lambda: View(blur=40))
    processor.outputs, processor.limit = (latest,), SIZE
    processor.process(Picture(edge(), NOON))
    shown = latest.take()
    assert shown
    assert width_of_edge(shown.frame) > 10


def test_little_blur_grows_evenly_from_the_sharp_picture() -> None:
    sharp = edge()
    assert Blurrer().blur(sharp, 0.1) is sharp
    contrasts = []
    for amount in (0.5, 1, 2, 3, 4, 5, 6):
        row = planes(Blurrer().blur(edge(), amount))[0][SIZE[1] // 2].astype(int)
        contrasts.append(int(np.abs(np.diff(row)).max()))
    assert contrasts == sorted(contrasts, reverse=True)
    assert 255 > contrasts[0] > contrasts[-1]
