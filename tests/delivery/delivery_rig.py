"""A camera's delivery on a database of its own; the test controls the time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from ipcamd.delivery.delivery import Delivery
from ipcamd.delivery.target.uploader import Uploader
from ipcamd.delivery.uploaders import uploaders
from ipcamd.delivery.worker.target_session import WorkerResources
from ipcamd.egress.policy import EgressPolicy
from ipcamd.event_bus import Event, EventKind
from ipcamd.params import ALL_GROUPS
from ipcamd.recording.clip_file import ClipFile
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLog, EventLogEntry

SECOND = 10**9
MOMENT = 1_780_000_000 * SECOND
"""2026-05-28 20:26:40 UTC."""
PATIENCE = 30.0
"""Seconds that a test waits for what should come at once."""
STALL = 0.05
"""Seconds of the rig's clock without progress before an attempt is given up."""


class WaitableEventLog(EventLog):
    """The event log, and a way to wait for it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.entries: list[EventLogEntry] = []
        self.more = asyncio.Event()

    def note(self, entry: EventLogEntry) -> None:
        super().note(entry)
        self.entries.append(entry)
        self.more.set()

    @property
    def done(self) -> list[str]:
        return [entry.done for entry in self.entries if entry.done]

    @property
    def failed(self) -> list[str]:
        return [entry.failed for entry in self.entries if entry.failed]


class DeliveryRig:
    """Everything that a test of delivery needs."""

    def __init__(
        self, database: Database, folder: Path, kinds: dict[str, Uploader] | None, egress: EgressPolicy
    ) -> None:
        self.folder = folder
        self.notes = WaitableEventLog(database)
        self.settings = Settings(database, ALL_GROUPS, {})
        self.pauses: list[float] = []
        self.clock = 0.0
        """Seconds; only the test and the pauses between attempts move it, so a slow machine gives up nothing."""
        self._readings = 0
        self.restless = False
        """No pause lasts."""
        self._events = count()
        self._turn = asyncio.Event()
        self._asleep = asyncio.Event()
        kinds = kinds or uploaders(lambda: "Front door", lambda moment: datetime.fromtimestamp(moment / SECOND, UTC))
        resources = WorkerResources(self.settings, egress, self._sleep, self._now, lambda: 0.5, STALL)
        self.delivery = Delivery(database, folder / "spool", self.notes, lambda: MOMENT, kinds, resources)

    async def set(self, group: str, **values: object) -> None:
        await self.settings.update([Change(f"Event.Server.{group}", name, str(v)) for name, v in values.items()])

    def material(self, name: str, content: bytes = b"clip", kind: str = "video/x-msvideo") -> ClipFile:
        """Return a capture whose file is deleted when the next one is made, like the camera's."""
        path = self.folder / "captured"
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        event = Event(EventKind.MOTION, MOMENT + next(self._events), 1)
        return ClipFile(path, name, kind, len(content), MOMENT, MOMENT + SECOND, event, "night watch")

    async def put_pictures(self, target: str, **contents: bytes) -> None:
        """Put the pictures of one event; names without their ending."""
        event = Event(EventKind.MOTION, MOMENT + next(self._events), 1)
        materials = []
        for name, content in contents.items():
            path = self.folder / name
            path.write_bytes(content)
            materials.append(
                ClipFile(path, f"{name}.jpg", "image/jpeg", len(content), MOMENT, MOMENT, event, "night watch")
            )
        await self.delivery.sink(target)(materials)

    async def put(self, target: str, name: str, content: bytes = b"clip", kind: str = "video/x-msvideo") -> None:
        await self.delivery.sink(target)([self.material(name, content, kind)])

    async def until(self, done: int = 0, failed: int = 0) -> None:
        """Wait until the log has so many entries of each kind."""
        async with asyncio.timeout(PATIENCE):
            while len(self.notes.done) < done or len(self.notes.failed) < failed:
                self.notes.more.clear()
                await self.notes.more.wait()

    async def wake(self) -> None:
        """End the pause that a worker is in, or is about to begin."""
        async with asyncio.timeout(PATIENCE):
            await self._asleep.wait()
        self._asleep.clear()
        self._turn.set()

    async def rest(self) -> None:
        """Wait until the worker pauses: from then on only the test advances the clock."""
        async with asyncio.timeout(PATIENCE):
            await self._asleep.wait()

    async def pass_time(self, seconds: float) -> None:
        """Advance the time; return when the time limit of the running attempt has been checked."""
        self.clock += seconds
        seen = self._readings
        async with asyncio.timeout(PATIENCE):
            while self._readings == seen:  # noqa: ASYNC110 - the watch looks now and then
                await asyncio.sleep(0.005)

    async def stall(self) -> None:
        """Advance the time until an attempt is aborted."""
        async with asyncio.timeout(PATIENCE):
            while not self.notes.failed:
                self.clock += STALL
                await asyncio.sleep(0.01)

    def _now(self) -> float:
        self._readings += 1
        return self.clock

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock += seconds
        if self.restless:
            await asyncio.sleep(0)
            return
        self._asleep.set()
        await self._turn.wait()
        self._turn.clear()


@asynccontextmanager
async def staged(
    folder: Path,
    kinds: dict[str, Uploader] | None = None,
    allow_local: bool = True,
    own_ports: tuple[int, ...] = (),
) -> AsyncIterator[DeliveryRig]:
    """Provide a rig whose delivery runs, and stop it at the end."""
    with Database(folder / "ipcamd.db") as database:
        rig = DeliveryRig(database, folder, kinds, EgressPolicy(allow_local, lambda: own_ports))
        rig.delivery.start()
        try:
            yield rig
        finally:
            await rig.delivery.close()
            await rig.notes.flush()
