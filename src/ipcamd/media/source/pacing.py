"""Clocks and pacing of sources: tickers, real-time playback, rate limits."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from ipcamd.dataclass import dataclass
from ipcamd.media.frame_decimator import FrameDecimator
from ipcamd.time_units import SECOND_NS

_MISSED_NS = SECOND_NS
"""A recording that is late by more continues from the present time."""

_LATE_NS = SECOND_NS // 5
_CLOCK_SET_NS = 10 * SECOND_NS


def _local(moment_ns: int) -> datetime:
    return datetime.fromtimestamp(moment_ns / SECOND_NS).astimezone()


@dataclass(frozen=True, slots=True)
class Clock:
    """The clocks of a camera; tests replace them."""

    now_ns: Callable[[], int] = time.time_ns
    """The camera's time: nanoseconds since the epoch, UTC. May jump."""
    steady_ns: Callable[[], int] = time.monotonic_ns
    """Nanoseconds since an arbitrary moment. Never jumps."""
    local: Callable[[int], datetime] = _local
    """Converts a value of `now_ns` to the camera's local time."""
    wait: Callable[[threading.Event, float], object] = threading.Event.wait
    """Waits for the event, at most the given number of seconds."""


def tick(moment_ns: int, rate: int) -> int:
    """Return the number of ticks, `rate` per second, from the epoch to `moment_ns`."""
    return moment_ns * rate // SECOND_NS


def moment(tick: int, rate: int) -> int:
    """Return the time of a tick in nanoseconds since the epoch; the inverse of `tick`."""
    return -(-tick * SECOND_NS // rate)


class Ticker:
    """Regular ticks, aligned to the whole seconds of UTC."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock = clock
        self._stop = stop
        self._last_ns = clock.now_ns()

    def wait(self, rate: int) -> tuple[int, int]:
        """Wait for the next tick, `rate` per second. Return its time (ns) and how many ticks were missed before it.

        A step of the clock misses no ticks: they continue from the new time.
        """
        now_ns = self._clock.now_ns()
        was_set = not -SECOND_NS < now_ns - self._last_ns < _CLOCK_SET_NS
        start_ns = now_ns if was_set else self._last_ns
        due = max(tick(start_ns, rate) + 1, tick(now_ns, rate))
        missed = due - tick(start_ns, rate) - 1
        self._last_ns = moment(due, rate)
        self._clock.wait(self._stop, max(0, self._last_ns - now_ns) / SECOND_NS)
        return self._last_ns, missed


class RealtimePacer:
    """Plays a recording at real-time speed."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock = clock
        self._stop = stop
        self._start_ns: int | None = None
        self.late = False
        """Whether the last call came more than 0.2 s after its due time."""

    def wait_until(self, position_ns: int) -> int:
        """Wait until a position in the recording is due; return that time by the camera's clock (ns).

        If the caller is more than a second late (the machine was suspended, or is too slow), playback continues from
        now without catching up.
        """
        now_ns = self._clock.steady_ns()
        if self._start_ns is None or now_ns - self._start_ns - position_ns > _MISSED_NS:
            self._start_ns = now_ns - position_ns
        due_ns = self._start_ns + position_ns
        self.late = now_ns - due_ns > _LATE_NS
        self._clock.wait(self._stop, max(0, due_ns - now_ns) / SECOND_NS)
        return self._clock.now_ns() - self._clock.steady_ns() + due_ns


class RateLimiter:
    """Selects pictures so that at most the wanted rate remains; the rate may change between calls."""

    def __init__(self) -> None:
        self._rate = 0
        self._decimator = FrameDecimator(1)

    def admits(self, moment_ns: int, rate: int) -> bool:
        """Return whether to keep the picture of this time."""
        if rate != self._rate:
            self._rate, self._decimator = rate, FrameDecimator(rate)
        return self._decimator.selects(moment_ns)
