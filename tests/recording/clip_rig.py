"""ClipRecorder of a stage's streams, for tests."""

import asyncio
from pathlib import Path
from typing import Any

from tests.recording.stage import Stage

from ipcamd.event_bus import Event, EventKind
from ipcamd.recording.clip_file import ClipFile
from ipcamd.recording.clip_recorder import ClipRecorder
from ipcamd.recording.pending_clips import PendingClips


class ClipRig:
    """ClipRecorder on a stage."""

    def __init__(self, folder: Path, stage: Stage) -> None:
        self.stage = stage
        self.folder = folder
        pipeline: Any = stage
        self.clips = ClipRecorder(
            pipeline, stage.settings, folder, PendingClips(stage.database), "ipcamd", stage.now_ns, stage.local
        )

    def event(self, kind: EventKind = EventKind.INPUT) -> Event:
        return Event(kind, self.stage.now_ns(), 1)

    async def take(self, event: Event, schedule: str) -> list[ClipFile]:
        async with self.clips.record_clip(event, schedule) as materials:
            return materials

    async def begin(self, schedule: str = "s", event: Event | None = None) -> "asyncio.Task[list[ClipFile]]":
        """Ask for a clip of an event that happens now."""
        task = asyncio.create_task(self.take(event or self.event(), schedule))
        await asyncio.sleep(0)
        return task
