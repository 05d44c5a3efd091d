"""RTP clock: time stamps from capture times (RFC 3550, 5.1)."""

from ipcamd.time_units import SECOND_NS

_LEAP = 10 * SECOND_NS
"""Step between two frames, in nanoseconds, above which the camera's clock was set."""


class RtpClock:
    """Maps the camera's clock to one source's RTP clock, which continues evenly when the camera's clock is set.

    Times are nanoseconds since the epoch, UTC. Time stamps grow without limit; packing cuts them to 32 bits.
    """

    def __init__(self, rate: int, now_ns: int, first: int) -> None:
        """`rate` is the number of ticks per second; `first` is the time stamp of the time `now_ns`."""
        self._rate = rate
        self._origin_ns = now_ns
        self._first = first
        self._last: int | None = None
        self._next = first
        self._captured_ns = now_ns
        self._is_paused = False

    def at(self, time: int) -> int:
        """Return the time stamp of `time`."""
        return self._first + ((time - self._origin_ns) * self._rate + SECOND_NS // 2) // SECOND_NS

    def pause(self) -> None:
        """Record that frames are left out from now on, so a late next frame is not a clock change."""
        self._is_paused = True

    def stamp(self, captured_ns: int, ticks: int) -> int:
        """Return the time stamp of the next frame; `ticks` is the length of audio, 0 for a picture.

        Audio is stamped without gaps while its capture times agree with its length within 20 ms, because players make
        each gap audible.
        """
        leap = captured_ns - self._captured_ns
        if self._last is not None and (leap < 0 or (leap > _LEAP and not self._is_paused)):
            self._origin_ns, self._first = captured_ns, self._next if ticks else self._last + self._rate // 25
        stamp = self.at(captured_ns)
        if ticks and self._last is not None and abs(stamp - self._next) * 50 <= self._rate:
            stamp = self._next
        if self._last is not None and stamp <= self._last:
            stamp = self._last + 1
        self._captured_ns, self._last, self._next = captured_ns, stamp, stamp + ticks
        self._is_paused = False
        return stamp
