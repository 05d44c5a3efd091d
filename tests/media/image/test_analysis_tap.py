"""Analysis frames: small, grey, without the overlay."""

from datetime import UTC, datetime

import av
import numpy as np
import pytest
from tests.media.scripted_source import NOON, SECOND, FrameReceiver, grey, sloped

from ipcamd.media.capture.no_signal import no_signal_picture
from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis_tap import RATE, AnalysisFrame, AnalysisTap, Demand
from ipcamd.media.image.frame_processor import FrameProcessor
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.on_screen_text import OnScreenText
from ipcamd.media.planes import planes

YARD = (OnScreenText("UpperLeft", "A long name for a yard"),)
NONE = AnalysisFrame(None, 0, -1)
"""Stays in the queue if no frame was offered."""


class AnalysisReader:
    """Collects the analysis frames."""

    def __init__(self, demand: Demand = Demand.WHILE_WATCHED) -> None:
        self.changes = 0
        self.analysis = AnalysisTap(self._changed)
        self.analysis.demand = demand
        self.time = NOON

    def _changed(self) -> None:
        self.changes += 1

    def see(
        self, frame: av.VideoFrame, settings: ImageSettings | None = None, signal: bool = True
    ) -> AnalysisFrame | None:
        self.time += SECOND // RATE
        return self._taken(Picture(frame, self.time, signal), settings or ImageSettings())

    def lose(self) -> AnalysisFrame | None:
        return self._taken(no_signal_picture((320, 240), "gone", self.time), ImageSettings())

    def _taken(self, picture: Picture, settings: ImageSettings) -> AnalysisFrame | None:
        self.analysis.latest.put(NONE)
        self.analysis.offer(picture.video, picture, settings)
        frame = self.analysis.latest.take()
        return None if frame is NONE else frame


@pytest.mark.parametrize(
    ("size", "rows"), [((320, 240), 120), ((1280, 720), 90), ((768, 576), 120), ((160, 120), 120), ((64, 64), 160)]
)
def test_an_analysis_frame_is_small_and_keeps_the_proportions(size: tuple[int, int], rows: int) -> None:
    frame = AnalysisReader().see(sloped(size))
    assert frame
    assert frame.plane is not None
    assert frame.plane.shape == (rows, 160)
    assert frame.plane.dtype == np.uint8
    # as dark to the left and as bright to the right, in full range
    assert frame.plane[:, :4].mean() < 10
    assert frame.plane[:, -4:].mean() > 245


def test_each_pixel_is_the_mean_of_what_it_covers() -> None:
    frame = grey(100, (1280, 720))
    luma = planes(frame)[0]
    luma[::2, ::2] = 180
    frame = AnalysisReader().see(frame)
    assert frame
    assert frame.plane is not None
    assert np.abs(frame.plane.astype(int) - 120).max() <= 1


def test_there_are_at_most_fifteen_a_second() -> None:
    reader, taken = AnalysisReader(), 0
    for number in range(90):
        reader.time = NOON + number * SECOND // 30 - SECOND // RATE
        taken += reader.see(sloped()) is not None
    assert taken == pytest.approx(45, abs=1)


def test_other_adjustments_make_another_view() -> None:
    reader = AnalysisReader()
    first = reader.see(sloped())
    for settings in (ImageSettings(texts=YARD), ImageSettings(opaque=True)):  # drawn after the analysis
        assert reader.see(sloped(), settings).view == first.view  # type: ignore[union-attr]
    views = [
        reader.see(sloped(), settings).view
        for settings in (ImageSettings(mirror=True), ImageSettings(brightness=130), ImageSettings())
    ]  # type: ignore[union-attr]
    assert len({first.view, *views}) == 4  # type: ignore[union-attr]


def test_no_signal_is_no_picture_and_what_comes_after_is_another_view() -> None:
    reader = AnalysisReader()
    before = reader.see(sloped())
    lost = reader.lose()
    after = reader.see(sloped())
    assert before
    assert lost
    assert after
    assert lost.plane is None
    assert len({before.view, lost.view, after.view}) == 3


def test_frames_of_other_proportions_are_not_compared() -> None:
    reader = AnalysisReader()
    frames = [reader.see(sloped(size)) for size in ((640, 480), (320, 240), (1280, 720))]
    before, smaller, wider = [frame.view for frame in frames if frame]
    assert before == smaller != wider


def test_nothing_is_taken_when_nothing_is_wanted() -> None:
    reader = AnalysisReader(Demand.NEVER)
    picture = Picture(sloped(), NOON)
    reader.analysis.offer(picture.video, picture, ImageSettings())
    assert not reader.analysis.wanted
    reader.analysis.latest.close()
    assert reader.analysis.latest.take() is None


def test_a_change_of_demand_is_reported_and_only_always_runs_the_source() -> None:
    reader = AnalysisReader(Demand.NEVER)
    needs_source = []
    for demand in (Demand.WHILE_WATCHED, Demand.ALWAYS, Demand.WHILE_WATCHED, Demand.NEVER):
        reader.analysis.demand = demand
        needs_source.append(reader.analysis.source_rate > 0)
    assert needs_source == [False, True, False, False]
    assert reader.changes == 5


def test_the_processor_analyzes_the_picture_without_the_overlay() -> None:
    reader, latest = AnalysisReader(), FrameReceiver()
    latest.set_wanted(True)
    settings = ImageSettings(texts=YARD, opaque=True)
    studio = FrameProcessor(reader.analysis, settings, lambda: NOON, lambda _: datetime.now(UTC))
    studio.outputs = (latest,)
    studio.process(Picture(grey(100), NOON))
    processed, frame = latest.take(), reader.analysis.latest.take()
    assert processed
    assert frame
    assert frame.plane is not None
    assert planes(processed.frame)[0].min() < 20
    assert frame.plane.min() == frame.plane.max() == 100
    assert studio.size == (320, 240)
