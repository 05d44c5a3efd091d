"""Viewers who come while the source runs for analysis alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.media.encoded import h264
from tests.media.passthrough.house import House, until
from tests.media.stage import Viewer, decoded

from ipcamd.media.image.analysis_tap import Demand
from ipcamd.media.source.packet_decoder import CATCH_UP

SENSOR = "ImageSource.IO.Sensor"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path / "state" / "ipcamd.db")
    await house.pipeline.start()
    house.pipeline.analysis.demand = Demand.ALWAYS
    yield house
    await house.pipeline.stop()
    house.database.close()


async def analyse(house: House, pictures: list[bytes]) -> None:
    """Send pictures that no viewer sees."""
    before = house.pipeline.capture.pictures
    for payload in pictures:
        house.put(payload)
    house.source.show(house.time)  # a mark: the source's thread is done with all before it
    await until(lambda: house.pipeline.capture.pictures > before and house.source.items.empty())


async def test_a_viewer_gets_the_group_as_it_is_from_its_key_frame_on(house: House) -> None:
    pictures = h264(80, gop=40)
    await analyse(house, pictures[:30])
    counted, viewer, frames = house.pipeline.capture.pictures, Viewer(house.pipeline.h264), []
    for number, payload in enumerate(pictures[30:]):
        house.put(payload)
        due = min((number + 1) * CATCH_UP, number + 31)
        frames += [await viewer.next() for _ in range(due - len(frames))]
    assert [frame.payload for frame in frames] == pictures
    assert [frame.key for frame in frames[:41]] == [number in (0, 40) for number in range(41)]
    assert len(decoded("h264", [frame.payload for frame in frames])) == 80
    assert house.pipeline.meters["h264"].frames == 0
    # the 30 kept pictures have arrived before; some later ones count twice, because their packets follow them
    assert 50 <= house.pipeline.capture.pictures - counted < 60


@pytest.mark.parametrize(
    ("group", "change", "reset"),
    [
        ("Privacy.Mask1", {"Enabled": "yes", "Right": "320", "Bottom": "9"}, {"Enabled": "no"}),
        (SENSOR, {"Mirror": "on"}, {"Mirror": "off"}),
        ("Image.H264", {"Passthrough": "off"}, {"Passthrough": "auto"}),
    ],
)
async def test_no_packet_is_kept_that_no_viewer_could_have_got(
    house: House, group: str, change: dict[str, str], reset: dict[str, str]
) -> None:
    pictures = h264(40, gop=40)
    await analyse(house, pictures[:10])
    await house.set(group, **change)
    await analyse(house, pictures[10:20])
    await house.set(group, **reset)
    await analyse(house, pictures[20:25])
    reset_ns, viewer = house.time, Viewer(house.pipeline.h264)
    assert viewer.take_all() == []
    house.put(pictures[25])
    first = await viewer.next()
    assert first.key
    assert first.captured_ns > reset_ns
