"""Privacy, and a stream that goes on for its next viewer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.media.encoded import h264
from tests.media.passthrough.rig import PassthroughRig, until
from tests.media.scripted_source import SECOND, Viewer, decoded


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[PassthroughRig]:
    rig = PassthroughRig(tmp_path / "state" / "ipcamd.db")
    await rig.pipeline.start()
    yield rig
    await rig.pipeline.stop()
    rig.database.close()


@pytest.mark.parametrize("has_viewer_meanwhile", [True, False])
async def test_privacy_drops_the_pictures_that_a_later_viewer_would_have_got(
    rig: PassthroughRig, has_viewer_meanwhile: bool
) -> None:
    first, pictures = Viewer(rig.pipeline.h264), h264(40, gop=20)
    await rig.send(first, *pictures[:3])
    first.leave()
    assert rig.pipeline.h264.lingers
    assert len(rig.pipeline.h264.gop) == 3
    rig.time += SECOND
    began_ns = rig.time
    await rig.set("Privacy", Enabled="yes")
    assert rig.pipeline.h264.gop == []
    for payload in pictures[3:6]:
        rig.put(payload)  # the source may deliver some more
    shown = []
    if has_viewer_meanwhile:
        second = Viewer(rig.pipeline.h264)
        shown = [*second.take_all(), await second.next()]
        second.leave()
    await until(lambda: not rig.source.open)
    while not rig.source.items.empty():
        rig.source.items.get()
    rig.time += SECOND
    ended_ns = rig.time
    await rig.set("Privacy", Enabled="no")
    third = Viewer(rig.pipeline.h264)
    assert third.take_all() == []
    await until(lambda: rig.source.open)
    frames = await rig.send(third, *pictures[20:25])
    assert all(began_ns <= frame.captured_ns <= ended_ns and frame.payload not in pictures for frame in shown)
    assert [frame.captured_ns > ended_ns for frame in frames] == [True] * 5
    assert [frame.key for frame in (*shown, *frames[:1])] == [True] * (len(shown) + 1)
    assert all(rig.passed(frames))
    assert len(decoded("h264", [frame.payload for frame in frames])) == 5
