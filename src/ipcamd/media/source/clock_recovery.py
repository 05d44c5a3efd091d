"""Clock recovery: capture times of frames that arrive over a network."""

import threading
from fractions import Fraction

from ipcamd.media.frame_decimator import SECOND
from ipcamd.media.source.pacing import Clock

_LEAP = 10 * SECOND
"""A time stamp that is off by more begins a new count."""

_DRIFT = 1000
"""A sender's clock may be wrong by one part in so many."""


class ClockRecovery:
    """Makes moments of capture of a sender's time stamps and of when they arrive.

    The quickest way that anything took is taken for everything's way: so the network's jitter is gone, and sound and
    picture stay together.
    """

    def __init__(self, clock: Clock, stop: threading.Event, burst: int | None = None) -> None:
        """`burst`: who sends faster than time passes may be so far ahead (nanoseconds), then is slowed down."""
        self._clock, self._stop, self._burst = clock, stop, burst
        self._seen = clock.steady()
        self._way: int | None = None
        """Our steady clock less the sender's, by the quickest way."""
        self._start = 0
        """The same as it was at first."""

    def captured_ns(self, stamp: Fraction | None) -> int:
        """Return when (the camera's clock) what has just arrived with that time stamp, in seconds, was captured.

        Without a time stamp that is now. Waits where the sender is too far ahead.
        """
        if stamp is None:
            return self._clock.now()
        sent = int(stamp * SECOND)
        self._note(self._clock.steady() - sent)
        assert self._way is not None
        return self._clock.now() - self._clock.steady() + sent + self._way

    def _note(self, gap: int) -> None:
        if self._way is None or abs(gap - self._way) > _LEAP:
            self._way = self._start = gap
        drift = max(0, self._clock.steady() - self._seen) // _DRIFT
        self._seen = self._clock.steady()
        self._start = max(self._start - drift, min(self._start, gap))
        if self._burst is not None and self._start - self._burst > gap:
            self._clock.wait(self._stop, (self._start - self._burst - gap) / SECOND)
            gap = self._start - self._burst
        self._way = min(self._way + drift, gap)
