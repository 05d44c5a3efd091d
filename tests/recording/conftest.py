"""What tests of events share."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.recording.filming import Filming
from tests.recording.stage import Stage


@pytest.fixture
async def filming(tmp_path: Path) -> AsyncIterator[Filming]:
    filming = Filming(tmp_path / "clips", Stage(tmp_path / "state"))
    await filming.clips.start()
    yield filming
    await filming.clips.close()
    assert filming.stage.h264.subscribers == filming.stage.mjpeg.subscribers == filming.stage.sound.subscribers == 0  # type: ignore[union-attr]
    await asyncio.to_thread(filming.stage.database.close)
