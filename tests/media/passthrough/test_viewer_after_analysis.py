"""Viewers who come while the source runs for analysis alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.media.encoded import h264
from tests.media.passthrough.rig import PassthroughRig, until
from tests.media.scripted_source import Viewer, decoded

from ipcamd.media.image.analysis_tap import Demand
from ipcamd.media.source.packet_decoder import CATCH_UP

SENSOR = "ImageSource.IO.Sensor"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[PassthroughRig]:
    rig = PassthroughRig(tmp_path / "state" / "ipcamd.db")
    await rig.pipeline.start()
    rig.pipeline.analysis.demand = Demand.ALWAYS
    yield rig
    await rig.pipeline.stop()
    rig.database.close()


async def analyse(rig: PassthroughRig, pictures: list[bytes]) -> None:
    """Send pictures that no viewer sees."""
    before = rig.pipeline.capture.pictures
    for payload in pictures:
        rig.put(payload)
    rig.source.show(rig.time)  # a mark: the source's thread is done with all before it
    await until(lambda: rig.pipeline.capture.pictures > before and rig.source.items.empty())


async def test_a_viewer_gets_the_group_as_it_is_from_its_key_frame_on(rig: PassthroughRig) -> None:
    pictures = h264(80, gop=40)
    await analyse(rig, pictures[:30])
    counted, viewer, frames = rig.pipeline.capture.pictures, Viewer(rig.pipeline.h264), []
    for number, payload in enumerate(pictures[30:]):
        rig.put(payload)
        due = min((number + 1) * CATCH_UP, number + 31)
        frames += [await viewer.next() for _ in range(due - len(frames))]
    assert [frame.payload for frame in frames] == pictures
    assert [frame.key for frame in frames[:41]] == [number in (0, 40) for number in range(41)]
    assert len(decoded("h264", [frame.payload for frame in frames])) == 80
    assert rig.pipeline.meters["h264"].frames == 0
    # the 30 kept pictures have arrived before; some later ones count twice, because their packets follow them
    assert 50 <= rig.pipeline.capture.pictures - counted < 60


@pytest.mark.parametrize(
    ("group", "change", "reset"),
    [
        ("Privacy.Mask1", {"Enabled": "yes", "Right": "320", "Bottom": "9"}, {"Enabled": "no"}),
        (SENSOR, {"Mirror": "on"}, {"Mirror": "off"}),
        ("Image.H264", {"Passthrough": "off"}, {"Passthrough": "auto"}),
    ],
)
async def test_no_packet_is_kept_that_no_viewer_could_have_got(
    rig: PassthroughRig, group: str, change: dict[str, str], reset: dict[str, str]
) -> None:
    pictures = h264(40, gop=40)
    await analyse(rig, pictures[:10])
    await rig.set(group, **change)
    await analyse(rig, pictures[10:20])
    await rig.set(group, **reset)
    await analyse(rig, pictures[20:25])
    reset_ns, viewer = rig.time, Viewer(rig.pipeline.h264)
    assert viewer.take_all() == []
    rig.put(pictures[25])
    first = await viewer.next()
    assert first.key
    assert first.captured_ns > reset_ns
