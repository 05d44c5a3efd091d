"""Stream meter: frame rate, bit rate and delay of a stream, and totals since the start."""

import time
from bisect import bisect_left
from collections import deque

from ipcamd.dataclass import dataclass
from ipcamd.wire.metrics import Distribution

_SPAN = 3.0
"""Seconds of the measurement window."""
_MOST = 128
"""Most frames in the window at 30 per second."""

WORK_LIMITS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)
"""Bucket limits of processor time per frame, from a small JPEG (1 ms) to large H.265 (50 ms)."""
DELAY_LIMITS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Bucket limits of the delay of frames, from one frame at 30 per second to an overloaded machine."""


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """Figures of the last three seconds; zero without frames."""

    frames_per_s: float
    """Frames per second."""
    bits_per_s: float
    """Bits per second."""
    work_s: float
    """Processor time per frame, in seconds."""
    delay_s: float
    """Mean time from capture to encoded frame, in seconds."""


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
        self._frames: deque[tuple[float, int, float, float]] = deque(maxlen=_MOST)

    def count(self, size: int, work_s: float, delay_s: float, passed: bool = False) -> None:
        """Count a frame of `size` bytes that took `work_s` of processor time and `delay_s` since its capture. `passed`:
        it was passed through, not encoded."""
        if passed:
            self.passed_frames += 1
        else:
            self.frames += 1
            self.work.observe(work_s)
            self.delay.observe(delay_s)
        self._frames.append((time.monotonic(), size, work_s, delay_s))

    def figures(self) -> StreamFigures:
        """Return the present figures."""
        start = time.monotonic() - _SPAN
        recent = [frame for frame in tuple(self._frames) if frame[0] >= start]
        if len(recent) < 2:
            return StreamFigures(0.0, 0.0, 0.0, 0.0)
        # the first frame marks the start of the window
        _, sizes, works, delays = zip(*recent[1:], strict=True)
        span = max(recent[-1][0] - recent[0][0], 1e-3)
        count = len(sizes)
        return StreamFigures(count / span, 8 * sum(sizes) / span, sum(works) / count, sum(delays) / count)
