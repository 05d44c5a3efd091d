"""Frame rate meter: the measured frame rate of a source."""

import math
from collections import deque
from collections.abc import Sequence

from ipcamd.time_units import SECOND_NS

_MOST = 64
"""Number of stored pictures, about two seconds."""
_FEWEST = 5
_SHORTEST_NS = SECOND_NS // 2


def _rate(times_ns: Sequence[int]) -> float:
    return (len(times_ns) - 1) * SECOND_NS / (times_ns[-1] - times_ns[0])


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
            # a source begins with a burst, too, if it stores the pictures since its last key frame
            newer = [time_ns for time_ns in self._times_ns if time_ns >= captured_ns - span_ns // 2]
            self._measured = min(_rate(self._times_ns), _rate(newer) if len(newer) > 1 else math.inf)

    def rate(self, declared: float) -> float:
        """Return the frame rate: `declared` until it is measured; 0 if unknown."""
        return declared if self._measured is None else self._measured
