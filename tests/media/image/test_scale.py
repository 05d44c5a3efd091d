"""Pictures in the sizes that streams want."""

import threading

import numpy as np
import pytest
from av.video.reformatter import VideoReformatter
from tests.media.scripted_source import WAIT, grey, luma, sloped

from ipcamd.media.image.scale import ProcessedFrame, fit_inside, scale_to_fit
from ipcamd.media.planes import FULL, LIMITED, planes


@pytest.mark.parametrize(
    ("size", "frame", "fits"),
    [
        ((1280, 720), (1280, 720), (1280, 720)),
        ((1280, 720), (640, 480), (640, 360)),
        ((1280, 720), (320, 240), (320, 180)),
        ((1280, 720), (720, 480), (720, 404)),
        ((1280, 720), (1920, 1080), (1920, 1080)),
        ((1280, 720), (2048, 1536), (2048, 1152)),
        ((640, 480), (1280, 720), (960, 720)),
        ((768, 576), (1280, 720), (960, 720)),
        ((480, 848), (320, 240), (136, 240)),
        ((4000, 10), (320, 240), (320, 2)),
    ],
)
def test_proportions_are_kept(size: tuple[int, int], frame: tuple[int, int], fits: tuple[int, int]) -> None:
    assert fit_inside(size, frame) == fits


def test_a_picture_of_the_right_size_is_not_scaled() -> None:
    frame = sloped((640, 480))
    assert scale_to_fit(frame, (640, 480), FULL, VideoReformatter()) is frame


@pytest.mark.parametrize(("pixel_format", "black"), [(FULL, 0), (LIMITED, 16)])
@pytest.mark.parametrize("size", [(320, 240), (720, 480), (1280, 960)])
def test_a_wide_picture_gets_bars_above_and_below(size: tuple[int, int], pixel_format: str, black: int) -> None:
    made = scale_to_fit(grey(200, (1280, 720), blue=60), size, pixel_format, VideoReformatter())
    assert (made.width, made.height, made.format.name) == (*size, pixel_format)
    y, u, _ = planes(made)
    height = fit_inside((1280, 720), size)[1]
    rows = np.nonzero((y != black).all(axis=1))[0]
    assert len(rows) == height
    assert abs(int(rows[0]) - (size[1] - 1 - int(rows[-1]))) <= 2
    assert (y[rows[0] :][: len(rows)] > 150).all()
    assert (u[0] == 128).all()
    assert (u[size[1] // 4] < 100).all()


def test_a_narrow_picture_gets_bars_left_and_right() -> None:
    y = planes(scale_to_fit(grey(200, (640, 480)), (1280, 720), FULL, VideoReformatter()))[0]
    columns = np.nonzero((y != 0).all(axis=0))[0]
    assert (int(columns[0]), int(columns[-1])) == (160, 1119)


def test_nothing_of_the_picture_is_lost() -> None:
    y = planes(scale_to_fit(sloped((1280, 720)), (640, 480), FULL, VideoReformatter()))[0]
    assert y[240, 0] < 3
    assert y[240, -1] > 252


def test_range() -> None:
    reformatter = VideoReformatter()
    for value, limited in ((0, 16), (255, 235), (128, 126)):
        assert abs(luma(scale_to_fit(grey(value), (320, 240), LIMITED, reformatter)) - limited) <= 1
        assert abs(luma(scale_to_fit(grey(value), (160, 120), FULL, reformatter)) - value) <= 1


def test_each_size_is_made_once_for_all() -> None:
    processed, results = ProcessedFrame(sloped((640, 480)), 0), []  # type: ignore[var-annotated]
    barrier = threading.Barrier(4)

    def ask() -> None:
        barrier.wait(WAIT)
        results.append(processed.scaled_to((320, 240), LIMITED, VideoReformatter()))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert len(results) == 4
    assert all(scaled is results[0] for scaled in results)
    assert processed.scaled_to((320, 240), FULL, VideoReformatter()) is not results[0]


def test_a_size_that_cannot_be_made_fails_for_all() -> None:
    processed = ProcessedFrame(sloped(), 0)
    for _ in range(2):
        with pytest.raises(ValueError):
            processed.scaled_to((320, 240), "no such format", VideoReformatter())
