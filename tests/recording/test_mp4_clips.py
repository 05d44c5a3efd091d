"""Clips in MP4: their length, their files, and their remains after a power cut."""

import asyncio
import shutil
from pathlib import Path

import pytest
from tests.recording.clip_rig import ClipRig
from tests.recording.fake_pipeline import general
from tests.wire.avi.avi_files import SECOND, playable, probe

from ipcamd.recording import clip_recorder

FRAME = SECOND // 30


async def arm(rig: ClipRig, **values: str) -> None:
    rig.source_pipeline.has_audio, rig.source_pipeline.chosen_audio = False, None
    await general(rig.source_pipeline, FileFormat="MP4", **values)
    rig.clips.arm(True)


@pytest.mark.parametrize("begin", [200, 217])
async def test_a_clip_begins_with_the_key_frame_before_its_start(rig: ClipRig, begin: int) -> None:
    source_pipeline = rig.source_pipeline
    await arm(rig, PreEvent="2", PostEvent="1")
    source_pipeline.show(begin)
    moment = source_pipeline.now_ns()
    task = await rig.begin()
    source_pipeline.show(40)
    (material,) = await task
    assert material.name == f"ipcamd-{source_pipeline.local(material.started_ns):%m%d%Y-%H%M%S}.mp4"
    assert material.content_type == "video/mp4"
    assert moment - 3 * SECOND < material.started_ns <= moment - 2 * SECOND
    assert material.ended_ns == pytest.approx(moment + SECOND, abs=2 * FRAME)
    assert playable(material.path) == ""
    found = probe(material.path)
    assert found["video"]["codec_name"] == "h264"
    length_s = (material.ended_ns - material.started_ns) / SECOND
    assert float(str(found["format"]["duration"])) == pytest.approx(length_s, abs=0.01)


@pytest.mark.parametrize("step", [-3600 * SECOND, 3600 * SECOND])
async def test_a_clock_that_is_set_starts_another_file(rig: ClipRig, step: int) -> None:
    source_pipeline = rig.source_pipeline
    await arm(rig, PreEvent="1", PostEvent="5")
    source_pipeline.show(90)
    task = await rig.begin()
    source_pipeline.show(60)
    source_pipeline.offset += step
    source_pipeline.show(300)
    materials = await asyncio.wait_for(task, 30)
    # a clock that goes forward ends the clip; one that goes back does not
    assert len(materials) == (2 if step < 0 else 1)
    for material in materials:
        assert playable(material.path) == ""
        assert 0 < material.ended_ns - material.started_ns < 20 * SECOND


async def test_a_power_cut_loses_the_last_moment_of_a_clip(
    rig: ClipRig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clip_recorder, "FLUSH_S", 0.01)
    source_pipeline = rig.source_pipeline
    await arm(rig, PreEvent="2", PostEvent="5")
    source_pipeline.show(90)
    event = rig.event()
    task = await rig.begin("a", event)
    source_pipeline.show(60)

    def size() -> int:
        return sum(path.stat().st_size for path in rig.folder.rglob("*.mp4"))

    async with asyncio.timeout(30):
        while size() < 100 * 150:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    next_life = ClipRig(tmp_path / "copy", source_pipeline)
    shutil.copytree(rig.folder, next_life.folder)
    (copy,) = next_life.folder.rglob("*.mp4")
    with copy.open("r+b") as file:  # in the middle of a fragment
        file.truncate(copy.stat().st_size - 7)
    await next_life.clips.start()
    (order,) = next_life.clips.pending
    async with next_life.clips.recover_clip(order) as (material,):
        assert playable(material.path) == ""
        assert event.time_ns - 3 * SECOND < material.started_ns <= event.time_ns - 2 * SECOND
        assert material.ended_ns >= event.time_ns - FRAME  # the last fragment, of a second, was cut off
    source_pipeline.show(100)
    await task
