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

from ipcamd.access.targets import Targets
from ipcamd.errors import DeliveryError, RequestFailed
from ipcamd.events.actions.carrier import Carrier, Session, Site
from ipcamd.events.belt import Batch, Belt, Outcome, take
from ipcamd.events.errand import STALL, Errand
from ipcamd.events.parcel import Parcel, called
from ipcamd.events.spool import Spool
from ipcamd.events.words import clean, explain
from ipcamd.store.settings import Settings

FIRST, LONGEST, AWAY = 5.0, 300.0, 50.0
"""Seconds of the first pause; of the longest; and of the longest while nobody answers at all, so that what waits is
on its way within a minute of the target's return."""
DETAILED = 7
"""So many failures in a row are each told; after that the same words only once in `REMINDER`."""
REMINDER = 3600.0
GOODBYE = 2.0
"""Seconds for a session to be ended in order."""
TURN = 0.05
"""Seconds for which the thread sends parcels before the loop hears of them: what happens to many small files in a
short time is noted together. A turn ends with a parcel, however long that takes."""
TURNS = 2
"""Turns that the thread has: one that it is at, and one that it goes on with at once."""
AHEAD = 16
"""Parcels that are made ready for it. Each is noted as tried: after a crash the target is asked whether it has it."""

_log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]
Noted = Callable[[Parcel, str, str], None]
"""Called with a parcel, what was done, what failed."""


class Pauses:
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
class Count:
    """What became of a target's parcels, since the start."""

    delivered: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Means:
    """What every lane works with."""

    settings: Settings
    targets: Targets
    sleep: Sleep = asyncio.sleep
    now: Callable[[], float] = time.monotonic
    """Seconds of a clock that nobody sets."""
    chance: Callable[[], float] = random.random
    stall: float = STALL
    """Seconds without progress before an attempt is given up."""


class Lane:
    """Delivers to one target."""

    def __init__(self, target: str, carrier: Carrier, spool: Spool, noted: Noted, means: Means) -> None:
        self.target = target
        self.carrier = carrier
        self.count = Count()
        self._spool = spool
        self._noted = noted
        self._means = means
        self._pauses = Pauses(means.chance)
        self._stir = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._refused: Counter[int] = Counter()  # how often the target refused a parcel
        self._told = ("", 0.0)
        self._resting = False
        self._closed = False

    @property
    def enabled(self) -> bool:
        """Whether it may deliver."""
        return self._means.settings[self.carrier.groups[0]]["Enable"] == "yes"

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

    async def test(self, parcel: Parcel) -> None:
        """Deliver this one now, by itself. Raises ``DeliveryError``."""
        async with self._session() as (errand, session):
            await errand.run(lambda: session.send([parcel], 1))

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
            async with self._session() as (errand, session):
                await self._drain(errand, session)
        except DeliveryError as error:
            await self._rest(self._spool.head(self.target), error)
        except Exception:  # a fault of ours must not end the worker
            _log.exception("delivery by %s failed", self.carrier.title)
            await self._means.sleep(LONGEST)

    async def _drain(self, errand: Errand, session: Session) -> None:
        """Send what waits. While the thread is at one turn, the disk is told of the one before."""
        belt = Belt()
        turns: deque[asyncio.Task[None]] = deque()
        try:
            while True:
                await self._move(belt)
                while belt.ready and len(turns) < TURNS:
                    turns.append(asyncio.create_task(errand.run(partial(self._send, session, belt))))
                if not turns:
                    return
                await turns.popleft()
        finally:
            for turn in turns:
                turn.cancel()
            await asyncio.gather(*turns, return_exceptions=True)
            self._spool.put_back(take(belt.ready))
            await self._move(belt, 0)

    async def _move(self, belt: Belt, ahead: int = AHEAD) -> None:
        """Take from the belt what was sent; put on it what comes next, up to `ahead` in all."""
        sent = list(take(belt.sent))
        told = [(batch, outcome) for batch, outcome in sent if outcome or any(map(self._spool.holds, batch))]
        room = max(0, ahead - len(belt.ready))
        done = [parcel for batch, _ in sent for parcel in batch]
        belt.put(await self._spool.advance(self.target, room, belt.last, done))
        for batch, outcome in told:
            self._tell(batch, outcome)

    async def _rest(self, parcel: Parcel | None, error: DeliveryError) -> None:
        """Tell a failure, and wait for a while."""
        pause = self._pauses.next(error.away)
        if parcel:
            self._refused[parcel.id] += not error.away
            self._tell_failure(parcel, str(error), pause)
        self._resting = True
        try:
            await self._means.sleep(pause)
        finally:
            self._resting = False

    def _send(self, session: Session, belt: Belt) -> None:
        """Send parcels for a while; in a thread."""
        until = self._means.now() + TURN
        for batch in belt.batches():
            here = [parcel for parcel in batch if parcel.path.exists()]
            if gone := [parcel for parcel in batch if parcel not in here]:
                belt.sent.append((gone, None))
            if here:
                belt.sent.append((here, self._carry(session, here)))
            if self._means.now() >= until:
                break

    def _carry(self, session: Session, batch: Batch) -> Outcome:
        began = self._means.now()
        return session.send(batch, self._refused[batch[0].id] + 1), self._means.now() - began

    def _tell(self, batch: Batch, outcome: Outcome) -> None:
        self._refused.clear()
        self._pauses.reset()
        if outcome is None:
            self._noted(batch[0], "", f"{called(batch)}: no longer on the camera's disk")
            return
        how, seconds = outcome
        self.count.delivered += len(batch)
        took = f"{sum(parcel.size for parcel in batch) / 1e6:.1f} MB in {seconds:.1f} s"
        self._noted(batch[0], f"{called(batch)} delivered, {took}{f'; {how}' if how else ''}", "")

    def _tell_failure(self, parcel: Parcel, words: str, pause: float) -> None:
        known, when = self._told
        now = self._means.now()
        if self._pauses.failures <= DETAILED or words != known or now - when >= REMINDER:
            self._told = words, now
            _log.warning("delivery of %s by %s failed: %s", parcel.name, self.carrier.title, words)
            again = f"attempt {self._pauses.failures}, the next in {pause:.0f} s"
            self._noted(parcel, "", f"{parcel.name}: {words}; {again}")

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[tuple[Errand, Session]]:
        """Log in, and out again. Raises ``DeliveryError`` for whatever goes wrong in between."""
        site = self.carrier.site(self._means.settings)
        errand = Errand(f"deliver-{self.target}", self._means.stall)
        try:
            address = await self._means.targets.resolve(site.host, site.port)
            session = await errand.run(lambda: self.carrier.open(site, address, errand))
            yield errand, session
            with suppress(Exception):  # everything has arrived; the goodbye is a courtesy
                async with asyncio.timeout(GOODBYE):
                    await errand.run(session.close)
        except DeliveryError as error:
            raise _shown(error, site) from error
        except RequestFailed as error:
            raise DeliveryError(str(error)) from error
        except Exception as error:
            raise _shown(explain(error, site.host, site.port), site) from error
        finally:
            errand.cut()


def _shown(error: DeliveryError, site: Site) -> DeliveryError:
    """Return the error with the target's words among its own, fit for a log."""
    said = clean(error.said, site.password)
    return DeliveryError(f"{error} ({said})" if said else str(error), away=error.away)
