"""RTP time stamps from capture times."""

_SECOND = 1_000_000_000
_LEAP = 10 * _SECOND
"""A longer step between two frames is the clock that was set, not time that passed."""


class Timeline:
    """Ties one source's RTP clock to the camera's clock, and goes on evenly when that is set.

    Times are nanoseconds since the epoch, UTC; stamps are counted without end and cut to 32 bits when packed.
    """

    def __init__(self, rate: int, now: int, first: int) -> None:
        """`rate` stamps a second; `first` is the stamp of the time `now`."""
        self._rate = rate
        self._origin = now
        self._first = first
        self._last: int | None = None
        self._next = first
        self._captured = now
        self._rested = False

    def at(self, time: int) -> int:
        """Return the stamp that belongs to `time`."""
        return self._first + ((time - self._origin) * self._rate + _SECOND // 2) // _SECOND

    def rest(self) -> None:
        """Say that frames are left out from now on: the next one comes late, however late, with no clock set."""
        self._rested = True

    def stamp(self, captured: int, ticks: int) -> int:
        """Return the stamp of the next frame. `ticks`: how long it lasts, for sound; 0 for a picture.

        Sound is stamped without gaps while its capture times agree with its length within 20 ms: players hear each gap.
        """
        leap = captured - self._captured
        if self._last is not None and (leap < 0 or (leap > _LEAP and not self._rested)):
            self._origin, self._first = captured, self._next if ticks else self._last + self._rate // 25
        stamp = self.at(captured)
        if ticks and self._last is not None and abs(stamp - self._next) * 50 <= self._rate:
            stamp = self._next
        if self._last is not None and stamp <= self._last:
            stamp = self._last + 1
        self._captured, self._last, self._next = captured, stamp, stamp + ticks
        self._rested = False
        return stamp
