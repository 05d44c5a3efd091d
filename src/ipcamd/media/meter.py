"""Stream meter: measured frames and bits per second, and the delay of its frames."""

import time
from collections import deque
from dataclasses import dataclass

_SPAN = 3.0
"""Seconds that the figures cover."""
_MOST = 128
"""Frames kept: more than come in the span at 30 a second."""


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


class Meter:
    """Counts in one thread, and may be read in another."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, int, float, float]] = deque(maxlen=_MOST)

    def count(self, size: int, work_s: float, delay_s: float) -> None:
        """Count a frame of `size` bytes that took `work_s` of processor time, `delay_s` after its capture."""
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
