"""Views of pictures: the crop follows pan, tilt, zoom, mirror and flip, in any size."""

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

import av
import numpy as np
import pytest
from tests.media.scripted_source import NOON, FrameReceiver, grey, sloped

from ipcamd.media.capture.no_signal import no_signal_picture
from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis_tap import AnalysisTap, Demand
from ipcamd.media.image.crop import Cropper
from ipcamd.media.image.frame_processor import FrameProcessor
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.view import WHOLE, View
from ipcamd.media.planes import planes

LARGE = (4096, 4096)


def means(frame: av.VideoFrame) -> list[float]:
    return [float(plane.mean()) for plane in planes(frame)]


def processed(
    frame: av.VideoFrame, view: Callable[[], View], settings: ImageSettings | None = None, signal: bool = True
) -> av.VideoFrame:
    latest = FrameReceiver()
    latest.set_wanted(True)
    processor = FrameProcessor(
        AnalysisTap(lambda: None), settings or ImageSettings(), lambda: NOON, datetime.fromtimestamp, view
    )
    processor.outputs, processor.limit = (latest,), LARGE
    processor.process(Picture(frame, NOON, signal))
    found = latest.take()
    assert found
    return found.frame


def test_the_whole_picture_is_not_touched() -> None:
    frame = sloped()
    assert Cropper().crop(frame, WHOLE, (160, 120)) is frame


@pytest.mark.parametrize(
    ("view", "luma", "blue"),
    [
        (View(0, 0, 2), 127, 127),
        (View(-100, 0, 2), 63, 127),
        (View(100, 0, 2), 191, 127),
        (View(0, 100, 2), 127, 63),
        (View(0, -100, 2), 127, 191),
        (View(100, -100, 4), 223, 223),
        (View(-50, 50, 1.5), 106, 106),
    ],
)
def test_the_part_is_where_pan_and_tilt_say(view: View, luma: float, blue: float) -> None:
    shown = Cropper().crop(sloped((640, 480)), view, LARGE)
    assert (shown.width, shown.height) == (640, 480)
    assert means(shown)[:2] == pytest.approx([luma, blue], abs=2)


def test_each_pixel_of_pan_counts() -> None:
    """Luma moves by single pixels, so that slow moves are smooth."""
    frame, room = sloped((1024, 480)), 512
    views = [View(-100 + 200 * pixel / room, 0, 2).box((frame.width, frame.height)) for pixel in range(room + 1)]
    assert [left for left, *_ in views] == list(range(room + 1))
    shown = [planes(Cropper().crop(frame, View(-100 + 200 * pixel / room, 0, 2), LARGE))[0] for pixel in (0, 1, 2, 3)]
    assert all((one != other).any() for one, other in pairwise(shown))


def test_a_larger_source_keeps_its_sharpness() -> None:
    """Stripes one pixel wide of a source that is twice as large as the stream are there at zoom 2, unblurred."""
    frame = grey(0, (1280, 960))
    planes(frame)[0][:, ::2] = 255
    shown = planes(Cropper().crop(frame, View(0, 0, 2), (640, 480)))[0]
    assert shown.shape == (480, 640)
    assert np.abs(np.diff(shown.astype(int), axis=1)).min() == 255


@pytest.mark.parametrize("size", [(1280, 720), (322, 242), (160, 120), (6, 4)])
@pytest.mark.parametrize("zoom", [1.01, 1.5, 2.7, 4])
def test_any_size_and_zoom(size: tuple[int, int], zoom: float) -> None:
    for pan, tilt in ((-100, 100), (100, -100), (33.3, -71.7)):
        shown = Cropper().crop(grey(77, size, 10, 20), View(pan, tilt, zoom), LARGE)
        assert (shown.width, shown.height) == size
        assert means(shown) == [77, 10, 20]


@pytest.mark.parametrize(("mirror", "flip", "luma", "blue"), [(True, False, 63, 63), (False, True, 191, 191)])
def test_right_is_right_in_the_picture_that_is_seen(mirror: bool, flip: bool, luma: float, blue: float) -> None:
    shown = processed(sloped(), lambda: View(100, 100, 2), ImageSettings(mirror=mirror, flip=flip))
    assert means(shown)[:2] == pytest.approx([luma, blue], abs=2)


def test_the_text_of_no_signal_is_shown_whole() -> None:
    blank = no_signal_picture((320, 240), "gone", NOON).video
    assert processed(blank, lambda: View(100, 100, 4), signal=False) is blank


@pytest.mark.parametrize("zoom", [1, 2])
def test_by_night_there_is_no_colour_and_all_else_stays(zoom: float) -> None:
    settings = ImageSettings(brightness=150, saturation=255, mirror=True)
    luma, *chroma = planes(processed(sloped(), lambda: View(0, 0, zoom, grey=True), settings))
    assert [set(np.unique(plane)) for plane in chroma] == [{128}, {128}]
    day, *coloured = planes(processed(sloped(), lambda: View(0, 0, zoom), settings))
    assert (luma == day).all()
    assert all(plane.std() > 20 for plane in coloured)


def test_no_signal_has_no_colour_by_night_either() -> None:
    blank = no_signal_picture((320, 240), "gone", NOON).video
    luma, *chroma = planes(processed(blank, lambda: View(50, 50, 3, grey=True), signal=False))
    assert (luma == planes(blank)[0]).all()
    assert [set(np.unique(plane)) for plane in chroma] == [{128}, {128}]


def test_while_the_view_moves_no_two_analysis_frames_are_compared() -> None:
    tap = AnalysisTap(lambda: None)
    tap.demand = Demand.ALWAYS
    views = [View(0, 0, 2), View(1, 0, 2), View(2, 0, 2), View(2, 0, 2)]
    processor = FrameProcessor(tap, ImageSettings(), lambda: NOON, datetime.fromtimestamp, lambda: views.pop(0))
    processor.limit = LARGE
    seen = []
    for number in range(4):
        processor.process(Picture(sloped(), NOON + number * 1_000_000_000))
        frame = tap.latest.take()
        assert frame
        seen.append(frame.view)
    assert [later - earlier for earlier, later in pairwise(seen)] == [1, 1, 0]
