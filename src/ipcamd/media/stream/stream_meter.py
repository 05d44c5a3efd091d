"""Stream meter: frame rate of a stream, and its totals since the start."""

import time
from bisect import bisect_left
from collections import deque

from ipcamd.wire.metrics import Distribution

_WINDOW_S = 3.0
"""Time over which the frame rate is measured."""
_MAX_FRAMES = 128
"""Most frames of that time, at 30 per second and a little more."""

WORK_LIMITS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)
"""Bucket limits of processor time per frame, from a small JPEG (1 ms) to large H.265 (50 ms)."""
DELAY_LIMITS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Bucket limits of the delay of frames, from one frame at 30 per second to an overloaded machine."""


class Histogram:
    """Distribution of durations in buckets. Filled in one thread, and readable in another."""

    __slots__ = ("_counts", "_limits_s", "_total_s")

    def __init__(self, limits_s: tuple[float, ...]) -> None:
        """`limits_s` are the ascending upper limits of the buckets; a last bucket has no limit."""
        self._limits_s = limits_s
        self._counts = [0] * (len(limits_s) + 1)
        self._total_s = 0.0

    def observe(self, value_s: float) -> None:
        """Count an observation."""
        self._counts[bisect_left(self._limits_s, value_s)] += 1
        self._total_s += value_s

    @property
    def distribution(self) -> Distribution:
        """Distribution since the start."""
        return Distribution(self._limits_s, tuple(self._counts), self._total_s)


class StreamMeter:
    """Counts in one thread, and is readable in another."""

    def __init__(self) -> None:
        self.frames = 0
        """Frames encoded since the start."""
        self.passed_frames = 0
        """Frames passed through since the start."""
        self.work = Histogram(WORK_LIMITS_S)
        """Processor time per frame."""
        self.delay = Histogram(DELAY_LIMITS_S)
        """Time from capture to encoded frame."""
        self._times_s: deque[float] = deque(maxlen=_MAX_FRAMES)

    def count(self, work_s: float | None, delay_s: float) -> None:
        """Count a frame that took `work_s` of processor time, and `delay_s` from its capture. None: it was passed
        through, not encoded."""
        if work_s is None:
            self.passed_frames += 1
        else:
            self.frames += 1
            self.work.observe(work_s)
            self.delay.observe(delay_s)
        self._times_s.append(time.monotonic())

    @property
    def frames_per_s(self) -> float:
        """Frame rate of the last three seconds; 0 without frames."""
        start_s = time.monotonic() - _WINDOW_S
        recent = [time_s for time_s in tuple(self._times_s) if time_s >= start_s]
        # the first frame marks the start of the window
        return (len(recent) - 1) / max(recent[-1] - recent[0], 1e-3) if recent else 0.0
