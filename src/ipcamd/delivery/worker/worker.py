"""Delivery worker of one target: delivers waiting items in order, and retries until it succeeds."""

import asyncio
import logging
from collections import deque
from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from ipcamd.delivery.queue.in_flight import Batch, InFlight, Outcome, drain
from ipcamd.delivery.queue.spool import Spool
from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.missing_rights import TargetState, TargetStates
from ipcamd.delivery.target.uploader import Uploader, UploadSession
from ipcamd.delivery.worker.delivery_log import DeliveryLog, Note
from ipcamd.delivery.worker.refused_items import ItemFailures
from ipcamd.delivery.worker.retry_pauses import LONGEST_PAUSE_S, RetryPauses
from ipcamd.delivery.worker.target_session import TargetSession, WorkerResources, connect_to_target
from ipcamd.errors import DeliveryError, StoreError
from ipcamd.workers.tasks import end_tasks

TURN_S = 0.05
"""Seconds for which the thread sends items before it reports to the loop, so that many small files are recorded
together. A turn ends after a complete item."""
TURNS = 2
"""Turns of the thread: the present one, and one to continue with at once."""
AHEAD = 16
"""Items prepared for the thread. Each is marked as tried: after a crash the worker checks whether the target has the
item."""

_log = logging.getLogger(__name__)


class DeliveryWorker:
    """Delivers to one target."""

    def __init__(
        self,
        target: str,
        uploader: Uploader,
        spool: Spool,
        states: TargetStates,
        note: Note,
        resources: WorkerResources,
    ) -> None:
        """`target` is the target's name in the spool and in the log; `note` writes to the event log."""
        self.target = target
        self.uploader = uploader
        self.log = DeliveryLog(uploader.title, note, resources.now_s)
        self._spool = spool
        self._states = states
        self._state: TargetState | None = None
        self._resources = resources
        self._pauses = RetryPauses(resources.chance)
        self._failures = ItemFailures()
        self._in_flight = InFlight()
        self._made_room: dict[int, SpoolItem] = {}
        """Items in flight that were dropped from the full spool."""
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._resting = False
        self._closed = False

    @property
    def enabled(self) -> bool:
        """Whether the target is enabled."""
        return self._resources.settings[self.uploader.groups[0]].flag("Enable")

    def start(self) -> None:
        """Start, or restart at once."""
        if self._closed:
            return
        if self._task:
            self._task.cancel()
        self._pauses.reset()
        self._failures.clear()
        self._task = asyncio.get_running_loop().create_task(self._work())

    def restart(self, *_: object) -> None:
        """Restart at once, because the configuration has changed (a watcher of the settings)."""
        self._state = TargetState()
        self.start()

    def retry_now(self) -> None:
        """End the pause after a failure, because the target works again."""
        if self._resting:
            self.start()

    def wake(self) -> None:
        """Check for waiting items."""
        self._woken.set()

    async def close(self) -> None:
        """Abort the present delivery, which the next start repeats."""
        self._closed = True
        await end_tasks(self._task)

    async def test(self, item: SpoolItem) -> list[str]:
        """Deliver this item now, alone; return a text about missing rights. Raises ``DeliveryError``."""
        config = self.uploader.config(self._resources.settings)
        async with self._log_in(config, TargetState()) as session:
            await session.blocking.run(lambda: session.upload.send([item], 1))
        self._state = session.state
        await self._save(session)
        return session.state.take_news(config.password)

    def make_room(self, item: SpoolItem) -> None:
        """Handle an item dropped from the spool. If it is being sent now, it may still arrive."""
        if item in self._in_flight:
            self._made_room[item.id] = item
        else:
            self.log.note_made_room(item)

    def _log_in(self, config: TargetConfig, state: TargetState) -> AbstractAsyncContextManager[TargetSession]:
        return connect_to_target(self.uploader, config, state, self._resources, f"deliver-{self.target}")

    async def _work(self) -> None:
        while True:
            self._woken.clear()
            if self.enabled and self._spool.head(self.target):
                await self._deliver(InFlight())
            else:
                await self._woken.wait()

    async def _deliver(self, in_flight: InFlight) -> None:
        """Deliver the waiting items in one session; after a failure, wait."""
        self._in_flight = in_flight
        try:
            config = self.uploader.config(self._resources.settings)
            self._state = state = self._state or self._states.load(self.target, config)
            async with self._log_in(config, state) as session:
                await self._drain(session, in_flight)
        except DeliveryError as error:
            await self._fail(in_flight.sending, error)
        except Exception:  # a defect must not end the worker
            _log.exception("delivery by %s failed", self.uploader.title)
            await self._resources.sleep(LONGEST_PAUSE_S)

    async def _drain(self, session: TargetSession, in_flight: InFlight) -> None:
        """Send the waiting items: first one that proves that the target works, if in doubt; last those that failed
        often."""
        aside = self._failures.aside()
        waiting = self._spool.waiting_items(self.target)
        try:
            if probe := self._failures.probe(waiting, self.uploader.joins_series):
                in_flight.put(await self._spool.advance(self.target, 1, probe.id - 1))
                await session.blocking.run(partial(self._send, session.upload, in_flight))
                await self._move(session, in_flight, 0)
            for skipped in (aside, frozenset[int]()) if aside else (aside,):
                in_flight.last = 0
                await self._send_all(session, in_flight, skipped)
        finally:
            self._spool.put_back(drain(in_flight.ready))
            await self._move(session, in_flight, 0)
            self._note_made_room()
            await self._save(session)

    async def _send_all(self, session: TargetSession, in_flight: InFlight, skipped: Collection[int]) -> None:
        """Send the waiting items in order. While the thread sends one turn, the previous one is stored."""
        turns: deque[asyncio.Task[None]] = deque()
        try:
            while True:
                await self._move(session, in_flight, AHEAD, skipped)
                while in_flight.ready and len(turns) < TURNS:
                    turn = session.blocking.run(partial(self._send, session.upload, in_flight))
                    turns.append(asyncio.create_task(turn))
                if not turns:
                    return
                await turns.popleft()
        finally:
            for task in turns:
                task.cancel()
            await asyncio.gather(*turns, return_exceptions=True)

    async def _move(
        self, session: TargetSession, in_flight: InFlight, ahead: int, skipped: Collection[int] = frozenset()
    ) -> None:
        """Record sent items, and pass on the next ones, up to `ahead` items in all."""
        sent = in_flight.take_sent()
        results = [(batch if outcome else list(filter(self._spool.holds, batch)), outcome) for batch, outcome in sent]
        room = max(0, ahead - len(in_flight.ready))
        done = [item for batch, _ in sent for item in batch]
        try:
            in_flight.put(await self._spool.advance(self.target, room, in_flight.last, done, skipped))
        finally:  # after cancellation, the spool still removes them
            for words in session.state.take_news(session.config.password):
                self.log.note_missing_right(words)
            for batch, outcome in results:
                if batch:
                    self._note_outcome(batch, outcome)

    async def _fail(self, failed: Batch, error: DeliveryError) -> None:
        """Handle a failure, of certain items or at the login: drop items that cause it, else wait."""
        held = [item for item in failed if self._spool.holds(item)]
        if held and self._failures.add(held[0], error.transient):
            self._failures.forget(held)
            await self._spool.advance(self.target, 0, 0, held)
            self.log.note_refused(held, str(error))
            return
        await self._rest(next(iter(held), None) if failed else self._spool.head(self.target), error)

    async def _rest(self, item: SpoolItem | None, error: DeliveryError) -> None:
        """Log a failure, and wait; if the item is set aside, only while no other item waits."""
        aside = self._failures.aside()
        is_aside = item is not None and item.id in aside
        pause_s = self._pauses.next(error.away)
        if is_aside and any(other.id not in aside for other in self._spool.waiting_items(self.target)):
            pause_s = 0.0
        if item:
            self.log.note_failure(item, str(error), self._pauses.failures, pause_s)
        if pause_s:
            await self._sleep(pause_s, until_woken=is_aside)

    async def _sleep(self, pause_s: float, until_woken: bool) -> None:
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._resources.sleep(pause_s))]
        if until_woken:
            waits.append(asyncio.ensure_future(self._woken.wait()))
        self._resting = True
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._resting = False
            for wait in waits:
                wait.cancel()

    def _send(self, session: UploadSession, in_flight: InFlight) -> None:
        """Send items for a while; in a thread."""
        until_s = self._resources.now_s() + TURN_S
        for batch in in_flight.batches():
            here = [item for item in batch if item.path.exists()]
            if gone := [item for item in batch if item not in here]:
                in_flight.sent.append((gone, None))
            if here:
                self._upload(session, here, in_flight)
            if self._resources.now_s() >= until_s:
                break

    def _upload(self, session: UploadSession, batch: Batch, in_flight: InFlight) -> None:
        """Send items that belong together. After a failure, those that arrived before count as sent."""
        began_s = self._resources.now_s()
        parts = [batch] if self.uploader.joins_series else [[item] for item in batch]
        how, arrived = list[str](), list[SpoolItem]()
        try:
            for part in parts:
                in_flight.sending = part
                how.append(session.send(part, self._failures.refusals(part[0]) + 1))
                arrived += part
            in_flight.sending = ()
        finally:
            if arrived:
                outcome = "; ".join(filter(None, how)), self._resources.now_s() - began_s
                in_flight.sent.append((arrived, outcome))

    def _note_outcome(self, batch: Batch, outcome: Outcome) -> None:
        if outcome is None:
            self._failures.forget(batch)
            self.log.note_lost(batch)
            return
        self._failures.delivered(batch)
        self._pauses.reset()
        for item in batch:
            self._made_room.pop(item.id, None)
        self.log.note_delivered(batch, *outcome)

    def _note_made_room(self) -> None:
        """Log the dropped items that did not arrive."""
        self._in_flight = InFlight()
        dropped, self._made_room = list(self._made_room.values()), {}
        for item in dropped:
            self.log.note_made_room(item)

    async def _save(self, session: TargetSession) -> None:
        """Store the findings about the target."""
        try:
            await self._states.save(self.target, session.config, session.state)
        except StoreError as error:  # they are detected again after a restart
            _log.warning("the rights at the target of %s could not be stored: %s", self.uploader.title, error)
