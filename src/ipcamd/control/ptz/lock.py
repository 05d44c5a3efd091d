"""PTZ lock: restricts PTZ to administrators for a time (not in the SDK)."""

import time
from collections.abc import Callable
from math import ceil

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank

LONGEST_S = 3600
"""Longest time of a lock, in seconds."""


class PtzLock:
    """Lock of PTZ; a restart removes it."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` is a monotonic clock, in seconds."""
        self._now_s = now_s
        self._until_s = 0.0

    @property
    def rest_s(self) -> float:
        """Seconds until it ends; 0 while unlocked."""
        return max(0.0, self._until_s - self._now_s())

    @property
    def shown_rest_s(self) -> int:
        """`rest_s`, rounded up to a minute, or to 10 seconds in the last one, so that pages are not updated every
        second."""
        unit_s = 60 if self.rest_s > 60 else 10
        return ceil(self.rest_s / unit_s) * unit_s

    def close(self, duration_s: float) -> None:
        """Lock PTZ for this many seconds; 0 unlocks it."""
        self._until_s = self._now_s() + duration_s

    def check(self, rank: Rank) -> None:
        """Raise ``RequestFailed`` if an account of this rank may not move the camera now."""
        if rank < Rank.ADMIN and self.rest_s:
            raise RequestFailed(f"PTZ is locked by an administrator for {self.rest_s:.0f} s more")
