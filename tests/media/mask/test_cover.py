"""Masks in the planes of a picture: the covered areas are erased, and nothing else changes."""

from datetime import datetime

import av
import numpy as np
import pytest
from tests.media.scripted_source import NOON, FrameReceiver, grey, sloped

from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis_tap import AnalysisFrame, AnalysisTap, Demand
from ipcamd.media.image.frame_processor import FrameProcessor
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.view import WHOLE, View
from ipcamd.media.mask.cover import cover
from ipcamd.media.mask.mask import Mask, MaskSet
from ipcamd.media.planes import planes

QUARTER = (0.25, 0.25, 0.5, 0.5)
WHITE = 235


def noise(size: tuple[int, int]) -> av.VideoFrame:
    """A picture of which no two places are alike."""
    frame = grey(0, size)
    for plane in planes(frame):
        plane[:] = np.random.default_rng(1).integers(0, 256, plane.shape)
    return frame


def processed(
    frame: av.VideoFrame, settings: ImageSettings, view: View, *masks: Mask
) -> tuple[np.ndarray, AnalysisFrame]:
    """Return the luma that viewers get, and the analysis frame."""
    latest, analysis = FrameReceiver(), AnalysisTap(lambda: None)
    latest.set_wanted(True)
    analysis.demand = Demand.ALWAYS
    processor = FrameProcessor(analysis, settings, lambda: NOON, datetime.fromtimestamp, lambda: view)
    processor.outputs, processor.limit, processor.masks = (latest,), (4096, 4096), MaskSet(masks)
    processor.process(Picture(frame, NOON))
    shown, analysed = latest.take(), analysis.latest.take()
    assert shown
    assert analysed
    return planes(shown.frame)[0], analysed


@pytest.mark.parametrize("is_mosaic", [False, True])
@pytest.mark.parametrize(
    ("size", "sides", "box"),
    [
        ((640, 480), QUARTER, (160, 120, 320, 240)),
        ((1280, 720), (0, 0, 1, 1), (0, 0, 1280, 720)),
        ((1280, 720), (1 / 640, 1 / 480, 2 / 640, 2 / 480), (2, 0, 4, 4)),
        ((322, 242), (0.5, 0.5, 0.75, 0.75), (160, 120, 242, 182)),
        ((64, 48), (639 / 640, 479 / 480, 1, 1), (62, 46, 64, 48)),
    ],
)
def test_the_place_and_nothing_else_is_covered(
    size: tuple[int, int], sides: tuple[float, float, float, float], box: tuple[int, ...], is_mosaic: bool
) -> None:
    frame, before = noise(size), noise(size)
    cover(frame, [Mask(sides, is_mosaic)])
    for half, now, was in zip((1, 2, 2), planes(frame), planes(before), strict=True):
        left, top, right, bottom = (side // half for side in box)
        inside = np.zeros(now.shape, bool)
        inside[top:bottom, left:right] = True
        assert (now == was)[~inside].all()
        assert is_mosaic or set(now[inside]) == {0 if half == 1 else 128}


def test_a_mosaic_shows_nothing_smaller_than_its_blocks() -> None:
    """Only the mean of each block remains."""
    frame = noise((1280, 720))
    cover(frame, [Mask((0, 0, 1, 1), True)])
    for plane, block in zip(planes(frame), (48, 24, 24), strict=True):
        rows, columns = (side // block for side in plane.shape)
        cells = plane[: rows * block, : columns * block].reshape(rows, block, columns, block)
        assert (cells == cells[:, :1, :, :1]).all()
        # noise is grey from afar
        assert np.abs(cells.astype(int) - 128).max() < 48
    bright = grey(200, (320, 240), 90, 60)
    cover(bright, [Mask(QUARTER, True)])
    assert [set(plane.ravel()) for plane in planes(bright)] == [{200}, {90}, {60}]


VIEWS = [WHOLE, View(0, 0, 2), View(-40, 60, 1.5), View(70, -30, 3), View(100, 100, 4)]


@pytest.mark.parametrize("view", VIEWS, ids=str)
@pytest.mark.parametrize(("mirror", "flip"), [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("is_mosaic", [False, True])
def test_a_mask_stays_on_its_place_of_the_scene(view: View, mirror: bool, flip: bool, is_mosaic: bool) -> None:
    """The place is the only bright one. Wherever head and mirror put it, viewers do not see it, nor does analysis."""
    settings, sides = ImageSettings(mirror=mirror, flip=flip), (0.3, 0.2, 0.45, 0.55)
    frame = grey(40, (640, 480))
    planes(frame)[0][110:250, 200:280] = WHITE
    unmasked, seen = processed(framed_copy(frame), settings, view)
    mask = Mask(sides, is_mosaic)
    left, top, right, bottom = (
        side * length
        for side, length in zip(mask.locate_in_view(view.sides, mirror, flip), (640, 480) * 2, strict=True)
    )
    rows, columns = np.nonzero(unmasked > 128)
    if rows.size:
        assert columns.min() > left
        assert columns.max() < right
        assert rows.min() > top
        assert rows.max() < bottom
        assert seen.plane is not None
        assert seen.plane.max() > 128
    masked, analysed = processed(frame, settings, view, mask)
    assert is_mosaic or masked.max() < 60
    assert analysed.plane is not None
    assert analysed.plane.max() < 60
    assert analysed.visible is not None
    assert (analysed.plane[~analysed.visible] == 0).all()
    assert (analysed.plane[analysed.visible] > 30).all()


def framed_copy(frame: av.VideoFrame) -> av.VideoFrame:
    copy = grey(0, (frame.width, frame.height))
    for target, plane in zip(planes(copy), planes(frame), strict=True):
        target[:] = plane
    return copy


def test_analysis_restarts_when_masks_change() -> None:
    """A mask that appears is no motion."""
    analysis = AnalysisTap(lambda: None)
    analysis.demand = Demand.ALWAYS
    views = []
    for number, masks in enumerate(((), (), (Mask(QUARTER, False),), (Mask(QUARTER, True),))):
        frame = sloped()
        analysis.offer(frame, Picture(frame, NOON + number * 10**9), ImageSettings(), WHOLE, masks)
        taken = analysis.latest.take()
        assert taken
        views.append(taken.view)
    assert views[0] == views[1] < views[2] < views[3]


def test_the_version_grows_when_more_is_covered_and_only_then() -> None:
    one, other = Mask(QUARTER, False), Mask((0, 0, 0.1, 0.1), False)
    masks = MaskSet()
    versions = []
    for following in ((one,), (one, other), (other,), (), (one,), (Mask(QUARTER, True),)):
        masks = masks.replaced(following)
        versions.append(masks.version)
    assert versions == [1, 2, 2, 2, 3, 4]
