"""Analysis source: motion detection sees its pictures, and leaves the main source to the viewers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.media.encoded import h264
from tests.media.passthrough.rig import PassthroughRig, until
from tests.media.scripted_source import SECOND, WAIT, ScriptedSource, Viewer, grey

from ipcamd.errors import SourceError
from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis_tap import AnalysisFrame, Demand


class TwoSourceRig(PassthroughRig):
    """A pipeline with a main source of H.264 and a source for analysis."""

    def __init__(self, path: Path) -> None:
        self.analysed = ScriptedSource()
        super().__init__(path, self.analysed)

    async def see(self, luma: int) -> AnalysisFrame:
        """Let the source for analysis give grey pictures until one of them is analysed; return it."""
        async with asyncio.timeout(WAIT):
            while True:
                self.time += SECOND // 5
                self.analysed.items.put(Picture(grey(luma), self.time))
                if (frame := await asyncio.to_thread(self.pipeline.analysis.latest.take)) and frame.plane is not None:
                    return frame


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[TwoSourceRig]:
    rig = TwoSourceRig(tmp_path / "state" / "ipcamd.db")
    await rig.pipeline.start()
    yield rig
    await rig.pipeline.stop()
    rig.database.close()


async def test_the_main_source_is_neither_opened_nor_decoded_for_analysis(rig: TwoSourceRig) -> None:
    rig.pipeline.analysis.demand = Demand.ALWAYS
    frame = await rig.see(77)
    assert frame.plane is not None
    assert frame.plane.mean() == pytest.approx(77, abs=1)
    assert rig.source.plays == 0
    viewer = Viewer(rig.pipeline.h264)
    frames = await rig.send(viewer, *h264(10, gop=5))
    assert all(rig.passed(frames))
    assert rig.source.wanted
    assert rig.source.wanted().picture_rate == 0
    await rig.set("Privacy", Enabled="yes")
    await until(lambda: not rig.analysed.open)


async def test_while_it_fails_the_main_source_is_analysed(rig: TwoSourceRig) -> None:
    rig.pipeline.analysis.demand = Demand.ALWAYS
    await rig.see(77)
    rig.analysed.items.put(SourceError("sends nothing"))
    await until(lambda: rig.source.open)
    wanted = rig.source.wanted
    assert wanted
    assert wanted().picture_rate > 0
    taking = asyncio.create_task(asyncio.to_thread(rig.pipeline.analysis.latest.take))
    for payload in h264(30, gop=5):
        rig.put(payload)
    frame = await asyncio.wait_for(taking, WAIT)
    assert frame
    assert frame.plane is not None
    await rig.see(99)
    await until(lambda: wanted().picture_rate == 0)


async def test_the_picture_is_analysed_as_viewers_see_it(rig: TwoSourceRig) -> None:
    rig.pipeline.analysis.demand = Demand.ALWAYS
    before = await rig.see(77)
    await rig.set("Privacy.Mask1", Enabled="yes", Left="0", Top="0", Right="320", Bottom="480")
    async with asyncio.timeout(WAIT):
        while (masked := await rig.see(77)).visible is None:
            pass
    assert masked.view != before.view
    assert not masked.visible[:, :70].any()
    assert masked.visible[:, 90:].all()
