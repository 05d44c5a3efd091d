"""Timestamp map of a recording: one mapping of time stamps to playing times, for picture and sound."""

from collections import deque
from fractions import Fraction

from ipcamd.time_units import SECOND_NS

_ANCHORS = 8
"""Number of stored mappings; sound is read close to the pictures."""

SLIP_NS = SECOND_NS // 10
"""Sound whose time stamp differs by more has a gap or an overlap before it."""

_OVERLAP_NS = 2 * SECOND_NS
"""Sound ahead of the pictures by at most this is synchronized again by dropping some of it."""


class TimestampMap:
    """Maps time stamps, which may be missing, constant or discontinuous, to continuous playing times.

    The pictures define the mapping, and sound follows it. Playing times are nanoseconds since the first picture, time
    stamps are seconds.
    """

    def __init__(self, leap_ns: int) -> None:
        """A time stamp later than that of the last picture by more than `leap_ns` starts a new mapping."""
        self._leap_ns = leap_ns
        self._anchors: deque[tuple[Fraction, int]] = deque(maxlen=_ANCHORS)
        """First time stamp of each mapping, and its playing time."""
        self._last: Fraction | None = None
        self._at = -1

    def place_picture(self, stamp: Fraction | None, step: int) -> int:
        """Return the playing time of the next picture; `step` is the duration of the last one, used without a time
        stamp."""
        if self._at < 0:
            self._at = 0
            self._anchors.append((stamp or Fraction(0), 0))
        elif stamp is None or self._last is None or not 0 < (stamp - self._last) * SECOND_NS <= self._leap_ns:
            self._at += step
            if stamp is not None:
                self._anchors.append((stamp, self._at))
        else:
            self._at = self._playing_time(stamp, *self._anchors[-1])
        self._last = stamp
        return self._at

    def place_audio(self, stamp: Fraction | None, expected: int, continuous: bool) -> int:
        """Return the playing time of sound; `expected` is that directly after the previous sound. `continuous`: its
        time stamp follows the previous one. Sound whose time stamps jump before those of the pictures stays at
        `expected`."""
        if stamp is None or not self._anchors:
            return expected
        at = min((self._playing_time(stamp, *anchor) for anchor in self._anchors), key=lambda at: abs(at - expected))
        if 0 <= at - expected <= self._leap_ns or (continuous and expected - at <= _OVERLAP_NS):
            return at
        return expected

    def stamp_of(self, at: int) -> Fraction:
        """Return the time stamp of a playing time, by the newest mapping."""
        start, begun = self._anchors[-1] if self._anchors else (Fraction(0), 0)
        return start + Fraction(at - begun, SECOND_NS)

    @staticmethod
    def _playing_time(stamp: Fraction, start: Fraction, begun: int) -> int:
        return begun + int((stamp - start) * SECOND_NS)
