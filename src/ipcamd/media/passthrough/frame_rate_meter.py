"""Frame rate meter: the measured frame rate of a source."""

from collections import deque

from ipcamd.time_units import SECOND_NS

_MOST = 64
"""Number of stored pictures, about two seconds."""
_FEWEST = 5
_SHORTEST_NS = SECOND_NS // 2


class FrameRateMeter:
    """Measures the frame rate by capture times. For one thread."""

    def __init__(self) -> None:
        self._times_ns: deque[int] = deque(maxlen=_MOST)
        self._measured: float | None = None

    def note(self, captured_ns: int) -> None:
        """Record a picture with this capture time. After a jump of times, measuring starts again."""
        if self._times_ns and not 0 < captured_ns - self._times_ns[-1] < 10 * SECOND_NS:
            self._times_ns.clear()
        self._times_ns.append(captured_ns)
        span_ns = captured_ns - self._times_ns[0]
        # late pictures arrive in bursts, which do not show the rate
        if len(self._times_ns) >= _FEWEST and span_ns >= _SHORTEST_NS:
            self._measured = (len(self._times_ns) - 1) * SECOND_NS / span_ns

    def rate(self, declared: float) -> float:
        """Return the frame rate: `declared` until it is measured; 0 if unknown."""
        return declared if self._measured is None else self._measured
