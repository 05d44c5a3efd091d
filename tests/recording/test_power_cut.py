"""Clips after a power cut or on a full disk: the data on disk by then remains."""

import asyncio
import errno
import os
import shutil
from pathlib import Path

import pytest
from tests.recording.clip_rig import ClipRig
from tests.recording.fake_pipeline import general
from tests.wire.avi.avi_files import SECOND, playable

from ipcamd.errors import StoreError
from ipcamd.media import codecs
from ipcamd.recording import clip_recorder
from ipcamd.recording.pending_clips import PendingClip, PendingClips
from ipcamd.wire.avi.layout import HEAD

FRAME = SECOND // 30


async def written(rig: ClipRig, ending: str, count: int = 1) -> None:
    """Wait until so many files with that ending hold something."""
    async with asyncio.timeout(30):
        while sum(path.stat().st_size > HEAD for path in rig.folder.rglob(f"*{ending}")) < count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_a_power_cut_loses_the_last_moment_of_a_clip(
    rig: ClipRig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clip_recorder, "FLUSH_S", 0.01)
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="2", PostEvent="5")
    rig.clips.arm(True)
    source_pipeline.show(90)
    event = rig.event()
    tasks = [await rig.begin(name, event) for name in ("a", "b")]
    source_pipeline.show(60)
    await written(rig, ".avi")
    await asyncio.sleep(0.1)
    next_life = ClipRig(tmp_path / "copy", source_pipeline)
    shutil.copytree(rig.folder, next_life.folder)
    await next_life.clips.start()
    assert [(order.schedule, order.event) for order in next_life.clips.pending] == [("a", event), ("b", event)]
    for order in next_life.clips.pending:
        async with next_life.clips.recover_clip(order) as materials:
            (material,) = materials
            assert playable(material.path) == ""
            assert material.started_ns == event.time_ns - 2 * SECOND
            assert material.ended_ns > event.time_ns + 2 * SECOND - 10 * FRAME
            assert (material.schedule, material.event) == (order.schedule, event)
        assert order not in PendingClips(source_pipeline.database).load()
    next_life.clips._store.make_room(1 << 60)
    assert list(next_life.folder.iterdir()) == []  # no schedule waits for it any more
    source_pipeline.show(100)
    assert [len(await task) for task in tasks] == [1, 1]


async def test_captured_pictures_survive_a_power_cut(
    rig: ClipRig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clip_recorder, "FLUSH_S", 0.01)
    source_pipeline = rig.source_pipeline
    source_pipeline.codec = codecs.JPEG
    await general(source_pipeline, FileFormat="JPEG", EncodeFormat="JPEG", PreEvent="1", PostEvent="5")
    rig.clips.arm(True)
    source_pipeline.show(90)
    task = await rig.begin()
    source_pipeline.show(60)
    await written(rig, ".jpg", 3)
    next_life = ClipRig(tmp_path / "copy", source_pipeline)
    shutil.copytree(rig.folder, next_life.folder)
    await next_life.clips.start()
    (order,) = next_life.clips.pending
    async with next_life.clips.recover_clip(order) as materials:
        assert [playable(material.path) for material in materials] == ["", "", ""]
        assert [material.content_type for material in materials] == ["image/jpeg"] * 3
    source_pipeline.show(100)
    await task


async def test_a_clip_that_was_handed_on_is_owed_no_more(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="0", PostEvent="1")
    rig.clips.arm(True)
    source_pipeline.show(60)
    task = await rig.begin()
    source_pipeline.show(40)
    await task
    assert PendingClips(source_pipeline.database).load() == []


async def test_a_power_cut_before_the_first_picture_is_reported(rig: ClipRig) -> None:
    order = PendingClip("nothing", "s", rig.event())
    await PendingClips(rig.source_pipeline.database).add(order)
    with pytest.raises(StoreError, match="power was lost before the first picture"):
        async with rig.clips.recover_clip(order):
            pass
    assert PendingClips(rig.source_pipeline.database).load() == []


async def test_a_disk_that_gets_full_in_the_middle_leaves_a_shorter_clip(
    rig: ClipRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.pwritev

    def nearly_full(fd: int, pieces: list[bytes], place: int) -> int:
        if sum(map(len, pieces)) > 5000:  # the index still finds room
            raise OSError(errno.ENOSPC, "No space left on device")
        return really(fd, pieces, place)

    monkeypatch.setattr(clip_recorder, "FLUSH_S", 0.01)
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="1", PostEvent="5")
    rig.clips.arm(True)
    source_pipeline.show(60)
    event = rig.event()
    task = await rig.begin("s", event)
    source_pipeline.show(60)
    await written(rig, ".avi")
    await asyncio.sleep(0.1)
    monkeypatch.setattr("os.pwritev", nearly_full)
    source_pipeline.show(60)
    (material,) = await task  # the event continues, but
    assert playable(material.path) == ""
    assert material.started_ns == event.time_ns - SECOND
    assert 2 * SECOND - 10 * FRAME < material.ended_ns - event.time_ns <= 4 * SECOND + FRAME
    monkeypatch.setattr("os.pwritev", really)
    task = await rig.begin("s")
    source_pipeline.show(160)
    assert len(await task) == 1
