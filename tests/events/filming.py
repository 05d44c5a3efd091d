"""Clips of a stage's streams, for tests."""

import asyncio
from pathlib import Path
from typing import Any

from tests.events.stage import Stage

from ipcamd.events.clip import Clips
from ipcamd.events.event import Event, Kind
from ipcamd.events.material import Material
from ipcamd.events.orders import Orders


class Filming:
    """Clips on a stage."""

    def __init__(self, folder: Path, stage: Stage) -> None:
        self.stage = stage
        self.folder = folder
        pipeline: Any = stage
        self.clips = Clips(
            pipeline, stage.settings, folder, Orders(stage.database), "ipcamd", stage.now_ns, stage.local
        )

    def event(self, kind: Kind = Kind.DI1) -> Event:
        return Event(kind, self.stage.now_ns(), "high")

    async def take(self, event: Event, schedule: str) -> list[Material]:
        async with self.clips.take(event, schedule) as materials:
            return materials

    async def begin(self, schedule: str = "s", event: Event | None = None) -> "asyncio.Task[list[Material]]":
        """Ask for a clip of an event that happens now."""
        task = asyncio.create_task(self.take(event or self.event(), schedule))
        await asyncio.sleep(0)
        return task
