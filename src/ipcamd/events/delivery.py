"""Takes what was captured to other hosts: by FTP, by mail, to a Samba share (SDK 10.16 to 10.20)."""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ipcamd.errors import DeliveryError, RequestFailed
from ipcamd.events.actions.carrier import Carrier
from ipcamd.events.backlog import Bounds
from ipcamd.events.engine import Sink
from ipcamd.events.lane import Lane, Means
from ipcamd.events.material import Material
from ipcamd.events.parcel import Parcel
from ipcamd.events.spool import Spool
from ipcamd.params.event import GENERAL
from ipcamd.params.group import Values
from ipcamd.store.database import Database, Step
from ipcamd.store.eventlog import Entry, EventLog

TEST = 25.0
"""Seconds that a test may take."""


class Delivery:
    """A durable queue and a worker for each kind of target; no target can hold up another, or the camera."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        log: EventLog,
        now_ns: Callable[[], int],
        carriers: Mapping[str, Carrier],
        means: Means,
    ) -> None:
        """Take up what was left in `folder`. Raises ``StoreError``, and ``ConfigError`` if that cannot be used."""
        self._folder = folder
        self._log = log
        self._now_ns = now_ns
        self._settings = means.settings
        self._spool = Spool(database, folder, self._bounds, self._came, self._dropped)
        self._lanes = {
            target: Lane(target, carrier, self._spool, self._note, means) for target, carrier in carriers.items()
        }
        self._testing: set[str] = set()

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets that there are."""
        return tuple(self._lanes)

    def start(self) -> None:
        """Begin to deliver; begin anew, at once, whenever a target's parameters change."""
        for lane in self._lanes.values():
            for group in lane.carrier.groups:
                self._settings.watch(group, partial(_start, lane))
            lane.start()

    async def close(self) -> None:
        """Give up what is being delivered; the next start takes it up again."""
        await asyncio.gather(*(lane.close() for lane in self._lanes.values()))

    def sink(self, target: str) -> Sink:
        """Return what takes the engine's material to a target: then it is in the queue, durably."""

        async def put(materials: Sequence[Material]) -> None:
            lane = self._lanes[target]
            if not lane.enabled:
                raise RequestFailed(f"{lane.carrier.title} is switched off ({lane.carrier.groups[0]}.Enable=no)")
            await self._spool.put(target, materials)

        return put

    async def test(self, target: str) -> None:
        """Send a small file now, past the queue, whether the target is enabled or not.

        If that works, what waits follows at once. Raises ``RequestFailed`` with what went wrong.
        """
        lane = self._lanes[target]
        with self._alone(target):
            try:
                async with asyncio.timeout(TEST):
                    await self._test(lane)
            except DeliveryError as error:
                raise RequestFailed(str(error)) from error
            except TimeoutError as error:
                raise RequestFailed(f"{lane.carrier.title} came to no end within {TEST:g} s") from error
            except OSError as error:  # of the camera's own disk: those of the target are DeliveryErrors
                raise RequestFailed(f"the camera's disk took no file to try it with: {error.strerror}") from error
        lane.hurry()

    def report(self) -> Iterator[tuple[str, str]]:
        """Yield for each target its name and how it stands."""
        for target, lane in self._lanes.items():
            count, size = self._spool.waiting(target)
            waiting = f"{count} waiting ({size / 1e6:.1f} MB)"
            yield lane.carrier.title, f"{waiting}, {lane.count.delivered} delivered, {lane.count.dropped} dropped"

    def forget(self) -> Step:
        """Return the step that drops all that waits (factory default)."""
        return self._spool.forget()

    def _bounds(self) -> Bounds:
        values = self._settings[GENERAL.name]
        return Bounds(int(values["SpoolItems"]), int(values["SpoolSize"]) * 1_000_000)

    def _came(self, target: str) -> None:
        self._lanes[target].stir()

    def _dropped(self, parcel: Parcel) -> None:
        self._lanes[parcel.target].count.dropped += 1
        self._note(parcel, "", f"{parcel.name}: dropped undelivered, since newer files wait and the spool is full")

    def _note(self, parcel: Parcel, done: str, failed: str) -> None:
        self._log.note(Entry(self._now_ns(), self._lanes[parcel.target].carrier.title, parcel.schedule, done, failed))

    @contextmanager
    def _alone(self, target: str) -> Iterator[None]:
        if target in self._testing:
            raise RequestFailed("another test of it is going on")
        self._testing.add(target)
        try:
            yield
        finally:
            self._testing.discard(target)

    async def _test(self, lane: Lane) -> None:
        token = uuid.uuid4().hex
        path = self._folder / token
        moment = self._now_ns()
        try:
            size = await asyncio.to_thread(path.write_bytes, f"A test of the camera's delivery, {token}.\r\n".encode())
            name = f"test-{token[:8]}.txt"
            await lane.test(Parcel(0, lane.target, token, path, name, "text/plain", size, moment, "test", ""))
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)


def _start(lane: Lane, _: Values) -> None:
    lane.start()
