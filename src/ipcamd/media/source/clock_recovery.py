"""Clock recovery: derives capture times of media from the network from their time stamps and arrival times."""

import threading
from fractions import Fraction
from typing import Protocol

from ipcamd.media.source.pacing import Clock
from ipcamd.time_units import SECOND_NS

_LEAP_NS = 10 * SECOND_NS
"""A time stamp that differs by more starts a new mapping."""

_DRIFT = 1000
"""A sender's clock may be wrong by one part in this number."""


class TimestampClock(Protocol):
    """Maps a sender's time stamps to capture times, and waits while the sender is too far ahead."""

    def capture_time_ns(self, stamp: Fraction | None) -> int:
        """Return the camera's capture time of a picture that has just arrived; `stamp` is in seconds."""

    def audio_time_ns(self, stamp: Fraction | None) -> int:
        """Return the same for sound."""


class ClockRecovery:
    """Maps a sender's time stamps to capture times.

    The shortest transit time so far is used for all items. This removes network jitter and keeps sound and picture
    synchronized.
    """

    def __init__(self, clock: Clock, stop: threading.Event, burst_ns: int | None = None) -> None:
        """`burst_ns`: how far ahead of real time a sender may be before it is slowed down; None: any."""
        self._clock, self._stop, self._burst_ns = clock, stop, burst_ns
        self._seen_ns = clock.steady_ns()
        self._offset_ns: int | None = None
        """Our steady clock minus the sender's, at the shortest transit time."""
        self._first_offset_ns = 0
        """The same at the beginning, corrected for drift."""

    def capture_time_ns(self, stamp: Fraction | None) -> int:
        """Return the camera's capture time of the item that has just arrived; `stamp` is in seconds. Without a time
        stamp, return the present time. Waits if the sender is too far ahead."""
        if stamp is None:
            return self._clock.now_ns()
        return self.recover_ns(stamp.numerator * SECOND_NS // stamp.denominator)

    audio_time_ns = capture_time_ns

    def recover_ns(self, sent_ns: int) -> int:
        """Return the same as `capture_time_ns` for a time of the sender in nanoseconds."""
        now_ns = self._clock.steady_ns()
        offset_ns = self._note_offset(now_ns, now_ns - sent_ns)
        return self._clock.now_ns() - self._clock.steady_ns() + sent_ns + offset_ns

    def _note_offset(self, now_ns: int, offset_ns: int) -> int:
        """Note the offset of an item that has just arrived; return the one for its capture time."""
        if self._offset_ns is None or abs(offset_ns - self._offset_ns) > _LEAP_NS:
            self._offset_ns = self._first_offset_ns = offset_ns
        drift_ns = max(0, now_ns - self._seen_ns) // _DRIFT
        self._seen_ns = now_ns
        self._first_offset_ns = max(self._first_offset_ns - drift_ns, min(self._first_offset_ns, offset_ns))
        if self._burst_ns is not None and (ahead_ns := self._first_offset_ns - self._burst_ns - offset_ns) > 0:
            self._clock.wait(self._stop, ahead_ns / SECOND_NS)
            offset_ns = self._first_offset_ns - self._burst_ns
        self._offset_ns = min(self._offset_ns + drift_ns, offset_ns)
        return self._offset_ns
