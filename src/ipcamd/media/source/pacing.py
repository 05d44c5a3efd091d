"""Pacing of sources: clock, ticker, real-time pacer, rate limiter."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ipcamd.media.frame_decimator import SECOND, FrameDecimator


def _local(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / SECOND).astimezone()


@dataclass(frozen=True, slots=True)
class Clock:
    """The clocks of a camera."""

    now: Callable[[], int] = time.time_ns
    """The camera's time: nanoseconds since the epoch, UTC. May jump."""
    steady: Callable[[], int] = time.monotonic_ns
    """Nanoseconds since some moment. Never jumps."""
    local: Callable[[int], datetime] = _local
    """A moment of `now` as the camera's local time."""
    wait: Callable[[threading.Event, float], object] = threading.Event.wait
    """Wait for the event, at most so many seconds."""


def tick(moment: int, rate: int) -> int:
    """Return how many ticks of `rate` a second there were since the epoch, at `moment`."""
    return moment * rate // SECOND


def moment(tick: int, rate: int) -> int:
    """Return the moment of a tick; the inverse of `tick`."""
    return -(-tick * SECOND // rate)


class Ticker:
    """Ticks of a regular clock, in step with the whole seconds of UTC."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock = clock
        self._stop = stop
        self._last = clock.now()

    def next(self, rate: int) -> tuple[int, int]:
        """Wait for the next tick of `rate` a second. Return its moment, and how many were missed before it.

        A clock that jumps misses nothing: the ticks go on from the new time.
        """
        now = self._clock.now()
        jumped = not -SECOND < now - self._last < 10 * SECOND
        start = now if jumped else self._last
        due = max(tick(start, rate) + 1, tick(now, rate))
        missed = due - tick(start, rate) - 1
        self._last = moment(due, rate)
        self._clock.wait(self._stop, max(0, self._last - self._clock.now()) / SECOND)
        return self._last, missed


class RealtimePacer:
    """Lets a recording's time go as fast as real time."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock = clock
        self._stop = stop
        self._start: int | None = None
        self.late = False
        """Whether the last moment asked for had passed by more than 0.2 s."""

    def hold(self, at: int) -> int:
        """Wait until the recording's moment `at` (nanoseconds) is due; return that as the camera's time.

        Who comes more than a second late (a machine asleep, or too slow) goes on from here: nothing is hurried through.
        """
        now = self._clock.steady()
        if self._start is None or now - self._start - at > SECOND:
            self._start = now - at
        due = self._start + at
        self.late = now - due > SECOND // 5
        self._clock.wait(self._stop, max(0, due - now) / SECOND)
        return self._clock.now() - self._clock.steady() + due


class RateLimiter:
    """Chooses among pictures so that at most the rate that is wanted remains; that may change."""

    def __init__(self) -> None:
        self._rate = 0
        self._decimator = FrameDecimator(1)

    def takes(self, at: int, rate: int) -> bool:
        """Tell whether to take the picture of the moment `at`, in nanoseconds."""
        if rate != self._rate:
            self._rate, self._decimator = rate, FrameDecimator(rate)
        return self._decimator.selects(at)
