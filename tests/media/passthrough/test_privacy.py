"""Privacy, and a stream that goes on for its next viewer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.media.encoded import h264
from tests.media.passthrough.house import House, until
from tests.media.stage import SECOND, Viewer, decoded


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path / "state" / "ipcamd.db")
    await house.pipeline.start()
    yield house
    await house.pipeline.stop()
    house.database.close()


@pytest.mark.parametrize("has_viewer_meanwhile", [True, False])
async def test_privacy_drops_the_pictures_that_a_later_viewer_would_have_got(
    house: House, has_viewer_meanwhile: bool
) -> None:
    first, pictures = Viewer(house.pipeline.h264), h264(40, gop=20)
    await house.send(first, *pictures[:3])
    first.leave()
    assert house.pipeline.h264.lingers
    assert len(house.pipeline.h264.gop) == 3
    house.time += SECOND
    began_ns = house.time
    await house.set("Privacy", Enabled="yes")
    assert house.pipeline.h264.gop == []
    for payload in pictures[3:6]:
        house.put(payload)  # the source may deliver some more
    shown = []
    if has_viewer_meanwhile:
        second = Viewer(house.pipeline.h264)
        shown = [*second.take_all(), await second.next()]
        second.leave()
    await until(lambda: not house.source.open)
    while not house.source.items.empty():
        house.source.items.get()
    house.time += SECOND
    ended_ns = house.time
    await house.set("Privacy", Enabled="no")
    third = Viewer(house.pipeline.h264)
    assert third.take_all() == []
    await until(lambda: house.source.open)
    frames = await house.send(third, *pictures[20:25])
    assert all(began_ns <= frame.captured_ns <= ended_ns and frame.payload not in pictures for frame in shown)
    assert [frame.captured_ns > ended_ns for frame in frames] == [True] * 5
    assert [frame.key for frame in (*shown, *frames[:1])] == [True] * (len(shown) + 1)
    assert all(house.passed(frames))
    assert len(decoded("h264", [frame.payload for frame in frames])) == 5
