"""What a stream really does: pictures and bits per second, and how long its pictures take."""

import time
from collections import deque
from dataclasses import dataclass

_SPAN = 3.0
"""Seconds that the figures look back."""
_MOST = 128
"""Frames remembered: more than the span holds at 30 a second."""


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """Over the last three seconds; all zero when nothing ran."""

    rate: float
    """Frames per second."""
    bits: float
    """Bits per second."""
    work: float
    """Processor time a frame, in seconds."""
    delay: float
    """From capture to encoded, in seconds, on average."""


class Meter:
    """Counts in one thread, may be read in another."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, int, float, float]] = deque(maxlen=_MOST)

    def count(self, size: int, work: float, delay: float) -> None:
        """Note a frame of `size` bytes, `work` seconds of processor time, done `delay` seconds after its capture."""
        self._frames.append((time.monotonic(), size, work, delay))

    def figures(self) -> StreamFigures:
        """Return the present figures."""
        start = time.monotonic() - _SPAN
        recent = [frame for frame in tuple(self._frames) if frame[0] >= start]
        if len(recent) < 2:
            return StreamFigures(0.0, 0.0, 0.0, 0.0)
        # the first frame only says when the time began that the others took
        _, sizes, works, delays = zip(*recent[1:], strict=True)
        span = max(recent[-1][0] - recent[0][0], 1e-3)
        count = len(sizes)
        return StreamFigures(count / span, 8 * sum(sizes) / span, sum(works) / count, sum(delays) / count)
