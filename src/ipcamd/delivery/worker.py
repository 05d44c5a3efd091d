"""One target's own worker: delivers what waits for it, in order, and tries again until that succeeds."""

import asyncio
import logging
import random
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from ipcamd.delivery.blocking_session import STALL, BlockingSession
from ipcamd.delivery.error_text import clean, explain
from ipcamd.delivery.in_flight import Batch, InFlight, Outcome, take
from ipcamd.delivery.spool import Spool
from ipcamd.delivery.spool_item import SpoolItem, called
from ipcamd.delivery.uploader import TargetConfig, Uploader, UploadSession
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import DeliveryError, RequestFailed
from ipcamd.settings.service import Settings

FIRST, LONGEST, AWAY = 5.0, 300.0, 50.0
"""Seconds of the first pause; of the longest; and of the longest while nobody answers at all, so that what waits is
on its way within a minute of the target's return."""
DETAILED = 7
"""So many failures in a row are each told; after that the same words only once in `REMINDER`."""
REMINDER = 3600.0
GOODBYE = 2.0
"""Seconds for a session to be ended in order."""
TURN = 0.05
"""Seconds for which the thread sends items before the loop hears of them: what happens to many small files in a
short time is noted together. A turn ends with an item, however long that takes."""
TURNS = 2
"""Turns that the thread has: one that it is at, and one that it goes on with at once."""
AHEAD = 16
"""Items that are made ready for it. Each is noted as tried: after a crash the target is asked whether it has it."""

_log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]
Noted = Callable[[SpoolItem, str, str], None]
"""Called with an item, what was done, what failed."""


class RetryPauses:
    """How long to wait after each failure: twice as long as before, and never quite as long as others wait."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self.failures = 0

    def reset(self) -> None:
        """It worked."""
        self.failures = 0

    def next(self, away: bool) -> float:
        """It failed: return the seconds to wait."""
        pause = min(FIRST * 2.0 ** min(self.failures, 10), AWAY if away else LONGEST)
        self.failures += 1
        return pause * (0.9 + 0.2 * self._chance())


@dataclass
class DeliveryCounts:
    """What became of a target's items, since the start."""

    delivered: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class WorkerResources:
    """What every worker works with."""

    settings: Settings
    egress: EgressPolicy
    sleep: Sleep = asyncio.sleep
    now: Callable[[], float] = time.monotonic
    """Seconds of a clock that nobody sets."""
    chance: Callable[[], float] = random.random
    stall: float = STALL
    """Seconds without progress before an attempt is given up."""


class DeliveryWorker:
    """Delivers to one target."""

    def __init__(self, target: str, uploader: Uploader, spool: Spool, noted: Noted, resources: WorkerResources) -> None:
        self.target = target
        self.uploader = uploader
        self.count = DeliveryCounts()
        self._spool = spool
        self._noted = noted
        self._resources = resources
        self._pauses = RetryPauses(resources.chance)
        self._stir = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._refused: Counter[int] = Counter()  # how often the target refused an item
        self._told = ("", 0.0)
        self._resting = False
        self._closed = False

    @property
    def enabled(self) -> bool:
        """Whether it may deliver."""
        return self._resources.settings[self.uploader.groups[0]].flag("Enable")

    def start(self) -> None:
        """Begin; or begin anew, at once, because where to deliver has changed."""
        if self._closed:
            return
        if self._task:
            self._task.cancel()
        self._pauses.reset()
        self._task = asyncio.get_running_loop().create_task(self._work())

    def hurry(self) -> None:
        """Rest no longer after a failure: the target works again."""
        if self._resting:
            self.start()

    def stir(self) -> None:
        """Look whether there is something to deliver."""
        self._stir.set()

    async def close(self) -> None:
        """Give up what is being delivered; it is tried again at the next start."""
        self._closed = True
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def test(self, item: SpoolItem) -> None:
        """Deliver this one now, by itself. Raises ``DeliveryError``."""
        async with self._session() as (blocking, session):
            await blocking.run(lambda: session.send([item], 1))

    async def _work(self) -> None:
        while True:
            self._stir.clear()
            if self.enabled and self._spool.head(self.target):
                await self._visit()
            else:
                await self._stir.wait()

    async def _visit(self) -> None:
        """Deliver what waits, in one session; after a failure, wait."""
        try:
            async with self._session() as (blocking, session):
                await self._drain(blocking, session)
        except DeliveryError as error:
            await self._rest(self._spool.head(self.target), error)
        except Exception:  # a fault of ours must not end the worker
            _log.exception("delivery by %s failed", self.uploader.title)
            await self._resources.sleep(LONGEST)

    async def _drain(self, blocking: BlockingSession, session: UploadSession) -> None:
        """Send what waits. While the thread is at one turn, the disk is told of the one before."""
        in_flight = InFlight()
        turns: deque[asyncio.Task[None]] = deque()
        try:
            while True:
                await self._move(in_flight)
                while in_flight.ready and len(turns) < TURNS:
                    turns.append(asyncio.create_task(blocking.run(partial(self._send, session, in_flight))))
                if not turns:
                    return
                await turns.popleft()
        finally:
            for turn in turns:
                turn.cancel()
            await asyncio.gather(*turns, return_exceptions=True)
            self._spool.put_back(take(in_flight.ready))
            await self._move(in_flight, 0)

    async def _move(self, in_flight: InFlight, ahead: int = AHEAD) -> None:
        """Take from the in_flight what was sent; put on it what comes next, up to `ahead` in all."""
        sent = list(take(in_flight.sent))
        told = [(batch, outcome) for batch, outcome in sent if outcome or any(map(self._spool.holds, batch))]
        room = max(0, ahead - len(in_flight.ready))
        done = [item for batch, _ in sent for item in batch]
        in_flight.put(await self._spool.advance(self.target, room, in_flight.last, done))
        for batch, outcome in told:
            self._tell(batch, outcome)

    async def _rest(self, item: SpoolItem | None, error: DeliveryError) -> None:
        """Tell a failure, and wait for a while."""
        pause = self._pauses.next(error.away)
        if item:
            self._refused[item.id] += not error.away
            self._tell_failure(item, str(error), pause)
        self._resting = True
        try:
            await self._resources.sleep(pause)
        finally:
            self._resting = False

    def _send(self, session: UploadSession, in_flight: InFlight) -> None:
        """Send items for a while; in a thread."""
        until = self._resources.now() + TURN
        for batch in in_flight.batches():
            here = [item for item in batch if item.path.exists()]
            if gone := [item for item in batch if item not in here]:
                in_flight.sent.append((gone, None))
            if here:
                in_flight.sent.append((here, self._carry(session, here)))
            if self._resources.now() >= until:
                break

    def _carry(self, session: UploadSession, batch: Batch) -> Outcome:
        began = self._resources.now()
        return session.send(batch, self._refused[batch[0].id] + 1), self._resources.now() - began

    def _tell(self, batch: Batch, outcome: Outcome) -> None:
        self._refused.clear()
        self._pauses.reset()
        if outcome is None:
            self._noted(batch[0], "", f"{called(batch)}: no longer on the camera's disk")
            return
        how, seconds = outcome
        self.count.delivered += len(batch)
        took = f"{sum(item.size for item in batch) / 1e6:.1f} MB in {seconds:.1f} s"
        self._noted(batch[0], f"{called(batch)} delivered, {took}{f'; {how}' if how else ''}", "")

    def _tell_failure(self, item: SpoolItem, words: str, pause: float) -> None:
        known, when = self._told
        now = self._resources.now()
        if self._pauses.failures <= DETAILED or words != known or now - when >= REMINDER:
            self._told = words, now
            _log.warning("delivery of %s by %s failed: %s", item.name, self.uploader.title, words)
            again = f"attempt {self._pauses.failures}, the next in {pause:.0f} s"
            self._noted(item, "", f"{item.name}: {words}; {again}")

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[tuple[BlockingSession, UploadSession]]:
        """Log in, and out again. Raises ``DeliveryError`` for whatever goes wrong in between."""
        config = self.uploader.config(self._resources.settings)
        blocking = BlockingSession(f"deliver-{self.target}", self._resources.stall)
        try:
            address = await self._resources.egress.resolve(config.host, config.port)
            session = await blocking.run(lambda: self.uploader.open(config, address, blocking))
            yield blocking, session
            with suppress(Exception):  # everything has arrived; the goodbye is a courtesy
                async with asyncio.timeout(GOODBYE):
                    await blocking.run(session.close)
        except DeliveryError as error:
            raise _shown(error, config) from error
        except RequestFailed as error:
            raise DeliveryError(str(error)) from error
        except Exception as error:
            raise _shown(explain(error, config.host, config.port), config) from error
        finally:
            blocking.cut()


def _shown(error: DeliveryError, config: TargetConfig) -> DeliveryError:
    """Return the error with the target's words among its own, fit for a log."""
    said = clean(error.said, config.password)
    return DeliveryError(f"{error} ({said})" if said else str(error), away=error.away)
