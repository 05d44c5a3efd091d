"""Timestamp map of a recording: one mapping of time stamps to playing times, for picture and sound."""

from collections import deque
from fractions import Fraction

from ipcamd.media.frame_decimator import SECOND

_ANCHORS = 8
"""Stretches between leaps that are remembered: sound is read near the pictures."""

SLIP_NS = SECOND // 10
"""Sound whose time stamp is off by more has a gap before it, or overlaps."""

_OVERLAP_NS = 2 * SECOND
"""Sound that has run ahead of the pictures by no more is brought back in step by leaving some of it out."""


class TimestampMap:
    """Makes steady time of the pictures' time stamps, which may be missing, stand still or leap; sound follows them.

    All playing times are nanoseconds since the first picture, time stamps are in seconds.
    """

    def __init__(self, leap_ns: int) -> None:
        """A picture whose time stamp is later than the last one's by more than `leap_ns` begins a new count."""
        self._leap_ns = leap_ns
        self._anchors: deque[tuple[Fraction, int]] = deque(maxlen=_ANCHORS)
        """Where each count begins: its first time stamp, and the playing time of that."""
        self._last: Fraction | None = None
        self._at = -1

    def place_picture(self, stamp: Fraction | None, step: int) -> int:
        """Return when the next picture is due; `step` is how long the one before it stays where no time stamp tells."""
        if self._at < 0:
            self._at = 0
            self._anchors.append((stamp or Fraction(0), 0))
        elif stamp is None or self._last is None or not 0 < (stamp - self._last) * SECOND <= self._leap_ns:
            self._at += step
            if stamp is not None:
                self._anchors.append((stamp, self._at))
        else:
            self._at = self._shown(stamp, *self._anchors[-1])
        self._last = stamp
        return self._at

    def place_sound(self, stamp: Fraction | None, expected: int, continuous: bool) -> int:
        """Return when sound is due that would be at `expected` if it followed the sound before it without a gap.

        `continuous`: its time stamp does follow the one before. Where sound leaps before the pictures do, it goes on.
        """
        if stamp is None or not self._anchors:
            return expected
        at = min((self._shown(stamp, *anchor) for anchor in self._anchors), key=lambda at: abs(at - expected))
        if 0 <= at - expected <= self._leap_ns or (continuous and expected - at <= _OVERLAP_NS):
            return at
        return expected

    def stamp_of(self, at: int) -> Fraction:
        """Return the time stamp of a playing time, by the newest count."""
        start, begun = self._anchors[-1] if self._anchors else (Fraction(0), 0)
        return start + Fraction(at - begun, SECOND)

    @staticmethod
    def _shown(stamp: Fraction, start: Fraction, begun: int) -> int:
        return begun + int((stamp - start) * SECOND)
