"""Delivery of captured files to other hosts: by FTP, by mail, to a Samba share (SDK 10.16 to 10.20)."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from ipcamd.delivery.counts import DeliveryCounts
from ipcamd.delivery.queue.delivery_queue import QueueLimits
from ipcamd.delivery.queue.spool import Spool
from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.delivery.target.missing_rights import TargetStates
from ipcamd.delivery.target.target_test import RunningTests, send_test_file
from ipcamd.delivery.target.uploader import Uploader
from ipcamd.delivery.worker.delivery_log import Note
from ipcamd.delivery.worker.target_session import WorkerResources
from ipcamd.delivery.worker.worker import DeliveryWorker
from ipcamd.errors import RequestFailed
from ipcamd.params.event.server import GENERAL
from ipcamd.recording.clip_file import ClipFile, ClipSink
from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLog, EventLogEntry
from ipcamd.store.keyvalue import KeyValueStore


class Delivery:
    """Durable queue, and a worker per target; no target delays another one or the camera."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        log: EventLog,
        now_ns: Callable[[], int],
        uploaders: Mapping[str, Uploader],
        resources: WorkerResources,
    ) -> None:
        """Load the queue from `folder`. Raises ``StoreError``, and ``ConfigError`` for an unusable folder. `uploaders`:
        names of targets to uploaders. `now_ns` is the camera's clock, nanoseconds since the epoch."""
        self._folder = folder
        self._log = log
        self._now_ns = now_ns
        self._settings = resources.settings
        self._spool = Spool(database, folder, self._bounds, self._came, self._dropped)
        states = TargetStates(KeyValueStore(database))
        self._workers = {
            target: DeliveryWorker(target, uploader, self._spool, states, self._noting(uploader.title), resources)
            for target, uploader in uploaders.items()
        }
        self._tests = RunningTests()

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        return tuple(self._workers)

    def start(self) -> None:
        """Start delivering; restart a target at once when its parameters change."""
        for worker in self._workers.values():
            for group in worker.uploader.groups:
                self._settings.watch(group, worker.restart)
            worker.start()

    async def close(self) -> None:
        """Abort the present deliveries, which the next start repeats."""
        await asyncio.gather(*(worker.close() for worker in self._workers.values()))

    def sink(self, target: str) -> ClipSink:
        """Return the function that queues clips for a target; they are durable on return."""

        async def put(materials: Sequence[ClipFile]) -> None:
            worker = self._workers[target]
            if not worker.enabled:
                raise RequestFailed(f"{worker.uploader.title} is switched off ({worker.uploader.groups[0]}.Enable=no)")
            await self._spool.put(target, materials)

        return put

    async def test(self, target: str) -> list[str]:
        """Send a small file now, before the queue, even to a disabled target. Return a text about missing rights. If
        the test succeeds, waiting items follow at once. Raises ``RequestFailed`` with the reason."""
        worker = self._workers[target]
        with self._tests.enter(target):
            missing = await send_test_file(target, worker.uploader.title, self._folder, self._now_ns(), worker.test)
        worker.retry_now()
        return missing

    def report(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the counts of each target."""
        for target, counts in self.counts().items():
            waiting = f"{counts.waiting} waiting ({counts.waiting_bytes / 1e6:.1f} MB)"
            yield (
                self._workers[target].uploader.title,
                f"{waiting}, {counts.delivered} delivered, {counts.dropped} dropped",
            )

    def counts(self) -> dict[str, DeliveryCounts]:
        """Return the counts of each target."""
        return {
            target: DeliveryCounts(
                *self._spool.waiting(target), worker.log.delivered, worker.log.dropped, worker.log.failures
            )
            for target, worker in self._workers.items()
        }

    def _bounds(self) -> QueueLimits:
        values = self._settings[GENERAL.name]
        return QueueLimits(values.number("SpoolItems"), values.number("SpoolSize") * 1_000_000)

    def _came(self, target: str) -> None:
        self._workers[target].wake()

    def _dropped(self, item: SpoolItem) -> None:
        self._workers[item.target].make_room(item)

    def _noting(self, title: str) -> Note:
        def note(item: SpoolItem | None, done: str, failed: str) -> None:
            schedule, event = (item.schedule, (item.event_label, item.event_ns)) if item else ("", None)
            self._log.note(EventLogEntry(self._now_ns(), title, schedule, done, failed, event=event))

        return note
