"""Sender clock: maps the RTP time stamps of a sender's tracks to one clock, by its reports (RFC 3550, 6.4.1)."""

from heapq import heappop, heappush

from ipcamd.time_units import SECOND_NS

_LEAP_NS = 10 * SECOND_NS
"""A report that shifts a track by more than this is ignored: the clocks of some senders' tracks are unrelated."""
_REORDER_S = 2
"""A time stamp that is this much earlier than the last one is no reordered picture, but a restart."""
_MOST_REORDERED = 16
"""Maximum number of pictures that a decoder may reorder (ITU-T H.264, A.3.1; H.265, A.4.2)."""


class SenderClock:
    """Clock that the tracks of one sender share."""

    def __init__(self) -> None:
        self.offset_ns: int | None = None
        """This clock minus the one in the sender's reports; None before the first report."""


class TrackClock:
    """Times of one track."""

    def __init__(self, rate_hz: int, sender: SenderClock) -> None:
        """`rate_hz` is the number of time stamp units per second."""
        self._rate_hz, self._sender = rate_hz, sender
        self._start_ns = self._ticks = 0
        self._last: int | None = None
        """The last time stamp; `_ticks` counts the units since the first one."""
        self._report: tuple[int, int] | None = None
        """A report from before the first packet."""
        self._waiting: list[int] = []
        self._depth = 0
        """Number of pictures that the sender reorders."""
        self._is_growing = False
        """Whether `_depth` has grown, and later results have not increased yet."""
        self._newest = 0
        """Last result of `_order`."""

    def decode_time_ns(self, timestamp: int, now_ns: int) -> int:
        """Return the time of the next picture, in nanoseconds. It increases for reordered pictures (B-frames), too:
        then it is the time of decoding. `now_ns` is the time of its arrival, by any steady clock."""
        return self._time_ns(self._order(self._count(timestamp, now_ns)))

    def time_ns(self, timestamp: int, now_ns: int) -> int:
        """Return the time of a packet, in nanoseconds; `now_ns` as in `decode_time_ns`."""
        return self._time_ns(self._count(timestamp, now_ns))

    def note_report(self, wall_ns: int, timestamp: int) -> None:
        """Note a sender report: its wall clock time `wall_ns` is that of `timestamp`."""
        if self._last is None:
            self._report = wall_ns, timestamp
            return
        at_ns = self._time_ns(self._ticks + _distance(self._last, timestamp))
        if self._sender.offset_ns is None:
            self._sender.offset_ns = at_ns - wall_ns
        shift_ns = wall_ns + self._sender.offset_ns - at_ns
        if abs(shift_ns) < _LEAP_NS:
            self._start_ns += shift_ns

    def _count(self, timestamp: int, now_ns: int) -> int:
        if self._last is None:
            self._start_ns, self._last = now_ns, timestamp
            if self._report:
                self.note_report(*self._report)
        self._ticks += _distance(self._last, timestamp)
        self._last = timestamp
        return self._ticks

    def _time_ns(self, ticks: int) -> int:
        return self._start_ns + ticks * SECOND_NS // self._rate_hz

    def _order(self, ticks: int) -> int:
        """Return the time stamps in increasing order, late by as many pictures as are reordered."""
        if self._newest - ticks > _REORDER_S * self._rate_hz:
            self._waiting, self._depth, self._newest, self._is_growing = [], 0, ticks, False
        if ticks < self._newest and not self._is_growing and self._depth < _MOST_REORDERED:
            self._depth, self._is_growing = self._depth + 1, True
        heappush(self._waiting, ticks)
        if len(self._waiting) > self._depth and (first := heappop(self._waiting)) >= self._newest:
            self._newest, self._is_growing = first, False
        return self._newest


def _distance(before: int, after: int) -> int:
    """Return the distance of two time stamps, which are modulo 2**32."""
    return (after - before + 0x80000000) % 0x100000000 - 0x80000000
