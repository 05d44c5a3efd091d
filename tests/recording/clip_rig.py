"""Clip recorder on the streams of a fake pipeline, for tests."""

import asyncio
from pathlib import Path
from typing import Any

from tests.recording.fake_pipeline import FakePipeline

from ipcamd.event_bus import Event, EventKind
from ipcamd.recording.clip_file import ClipFile
from ipcamd.recording.clip_recorder import ClipRecorder
from ipcamd.recording.pending_clips import PendingClips


class ClipRig:
    """Clip recorder on a fake pipeline."""

    def __init__(self, folder: Path, source_pipeline: FakePipeline) -> None:
        self.source_pipeline = source_pipeline
        self.folder = folder
        pipeline: Any = source_pipeline
        self.clips = ClipRecorder(
            pipeline,
            source_pipeline.settings,
            folder,
            PendingClips(source_pipeline.database),
            "ipcamd",
            source_pipeline.now_ns,
            source_pipeline.local,
        )

    def event(self, kind: EventKind = EventKind.INPUT) -> Event:
        return Event(kind, self.source_pipeline.now_ns(), 1)

    async def take(self, event: Event, schedule: str) -> list[ClipFile]:
        async with self.clips.record_clip(event, schedule) as materials:
            return materials

    async def begin(self, schedule: str = "s", event: Event | None = None) -> "asyncio.Task[list[ClipFile]]":
        """Ask for a clip of an event that happens now."""
        task = asyncio.create_task(self.take(event or self.event(), schedule))
        await asyncio.sleep(0)
        return task
