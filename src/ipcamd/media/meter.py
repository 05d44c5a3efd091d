"""Stream meter: measured frames and bits per second, and the delay of its frames; totals since the start."""

import time
from bisect import bisect_left
from collections import deque

from ipcamd.dataclass import dataclass
from ipcamd.wire.metrics import Distribution

_SPAN = 3.0
"""Seconds that the figures cover."""
_MOST = 128
"""Frames kept: more than come in the span at 30 a second."""

WORK_LIMITS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)
"""Limits of the histogram of processor time a frame: an encoder needs 1 ms (small JPEG) to 50 ms (large H.265)."""
DELAY_LIMITS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Limits of the histogram of the delay of frames: a picture of 30 a second to a machine that cannot keep up."""


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """Figures of the last three seconds; all zero if no frames came."""

    frames_per_s: float
    """Frames per second."""
    bits_per_s: float
    """Bits per second."""
    work_s: float
    """Processor time a frame, in seconds."""
    delay_s: float
    """From capture to encoded, in seconds, on average."""


class Histogram:
    """Observed seconds in buckets. Filled in one thread, and may be read in another."""

    __slots__ = ("_counts", "_limits_s", "_total_s")

    def __init__(self, limits_s: tuple[float, ...]) -> None:
        """`limits_s` are the upper limits of the buckets, ascending; one more bucket takes what is beyond."""
        self._limits_s = limits_s
        self._counts = [0] * (len(limits_s) + 1)
        self._total_s = 0.0

    def observe(self, value_s: float) -> None:
        """Count an observation."""
        self._counts[bisect_left(self._limits_s, value_s)] += 1
        self._total_s += value_s

    @property
    def distribution(self) -> Distribution:
        """The observations since the start."""
        return Distribution(self._limits_s, tuple(self._counts), self._total_s)


class Meter:
    """Counts in one thread, and may be read in another."""

    def __init__(self) -> None:
        self.frames = 0
        """Frames encoded since the start."""
        self.work = Histogram(WORK_LIMITS_S)
        """Processor time a frame."""
        self.delay = Histogram(DELAY_LIMITS_S)
        """From capture to encoded."""
        self._frames: deque[tuple[float, int, float, float]] = deque(maxlen=_MOST)

    def count(self, size: int, work_s: float, delay_s: float, passed: bool = False) -> None:
        """Count a frame of `size` bytes that took `work_s` of processor time, `delay_s` after its capture.

        `passed`: the source had encoded it, so that it counts in the present figures alone.
        """
        if not passed:
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
        # the first frame marks the beginning of the time that the others took
        _, sizes, works, delays = zip(*recent[1:], strict=True)
        span = max(recent[-1][0] - recent[0][0], 1e-3)
        count = len(sizes)
        return StreamFigures(count / span, 8 * sum(sizes) / span, sum(works) / count, sum(delays) / count)
