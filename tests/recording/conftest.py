"""Fixtures that tests of recordings share."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.recording.clip_rig import ClipRig
from tests.recording.stage import Stage


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[ClipRig]:
    rig = ClipRig(tmp_path / "clips", Stage(tmp_path / "state"))
    await rig.clips.start()
    yield rig
    await rig.clips.close()
    assert rig.stage.h264.subscribers == rig.stage.mjpeg.subscribers == rig.stage.sound.subscribers == 0  # type: ignore[union-attr]
    await asyncio.to_thread(rig.stage.database.close)
