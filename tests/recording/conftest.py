"""Fixtures that tests of recordings share."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.recording.clip_rig import ClipRig
from tests.recording.fake_pipeline import FakePipeline


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[ClipRig]:
    rig = ClipRig(tmp_path / "clips", FakePipeline(tmp_path / "state"))
    await rig.clips.start()
    yield rig
    await rig.clips.close()
    assert (
        rig.source_pipeline.h264.subscribers
        == rig.source_pipeline.mjpeg.subscribers
        == rig.source_pipeline.sound.subscribers
        == 0
    )  # type: ignore[union-attr]
    await asyncio.to_thread(rig.source_pipeline.database.close)
