"""RTP clock: time stamps from capture times (RFC 3550, 5.1)."""

_SECOND = 1_000_000_000
_LEAP = 10 * _SECOND
"""A longer step between two frames means that the camera's clock was set."""


class RtpClock:
    """Ties one source's RTP clock to the camera's clock, and runs on evenly when that is set.

    Times are nanoseconds since the epoch, UTC. Stamps grow without limit; packing cuts them to 32 bits.
    """

    def __init__(self, rate: int, now: int, first: int) -> None:
        """`rate` is stamps a second; `first` is the stamp of the time `now`."""
        self._rate = rate
        self._origin = now
        self._first = first
        self._last: int | None = None
        self._next = first
        self._captured = now
        self._paused = False

    def at(self, time: int) -> int:
        """Return the stamp of `time`."""
        return self._first + ((time - self._origin) * self._rate + _SECOND // 2) // _SECOND

    def pause(self) -> None:
        """Note that frames are left out from now on: a late next frame does not mean that the clock was set."""
        self._paused = True

    def stamp(self, captured_ns: int, ticks: int) -> int:
        """Return the stamp of the next frame. `ticks` is the length of sound, 0 for a picture.

        Sound is stamped without gaps while its capture times agree with its length within 20 ms: players make each gap
        audible.
        """
        leap = captured_ns - self._captured
        if self._last is not None and (leap < 0 or (leap > _LEAP and not self._paused)):
            self._origin, self._first = captured_ns, self._next if ticks else self._last + self._rate // 25
        stamp = self.at(captured_ns)
        if ticks and self._last is not None and abs(stamp - self._next) * 50 <= self._rate:
            stamp = self._next
        if self._last is not None and stamp <= self._last:
            stamp = self._last + 1
        self._captured, self._last, self._next = captured_ns, stamp, stamp + ticks
        self._paused = False
        return stamp
