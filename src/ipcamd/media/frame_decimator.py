"""Frame decimator: selects frames of a source for a lower frame rate."""

from ipcamd.time_units import SECOND_NS


class FrameDecimator:
    """Selects pictures by their capture times so that exactly `rate` per second remain in the long run.

    It takes the picture nearest to each due time, even a little early, because capture times jitter. Of a source slower
    than `rate` it takes every picture once. After a jump of capture times (the camera's clock was set) it starts again.
    """

    def __init__(self, rate: int) -> None:
        self._interval_ns = SECOND_NS // rate
        self._due_ns: int | None = None
        self._last_ns = 0
        self._gap_ns = self._interval_ns
        """Smoothed interval between pictures of the source."""

    def selects(self, captured_ns: int) -> bool:
        """Return whether the stream includes the picture with this capture time."""
        self._gap_ns += (min(max(0, captured_ns - self._last_ns), self._interval_ns) - self._gap_ns) // 4
        self._last_ns = captured_ns
        early = 0 if self._due_ns is None else self._due_ns - captured_ns
        if not -self._interval_ns <= early <= 2 * self._interval_ns:
            early = 0
        if early > self._gap_ns // 2:
            return False
        self._due_ns = captured_ns + early + self._interval_ns
        return True
