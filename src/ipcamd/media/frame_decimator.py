"""Frame decimator: selects the frames of a source that make a stream of a given rate."""

SECOND = 1_000_000_000
"""Nanoseconds of a second."""


class FrameDecimator:
    """Selects pictures by their capture times so that `rate` of them a second remain, exactly, in the long run.

    The picture nearest to the moment that is due is taken, even if that comes a little early: capture times jitter. Of
    a source that is slower than `rate` every picture is taken, and none twice. Where capture times jump (the camera's
    clock was set), picking starts afresh.
    """

    def __init__(self, rate: int) -> None:
        self._interval_ns = SECOND // rate
        self._due_ns: int | None = None
        self._last_ns = 0
        self._gap_ns = self._interval_ns
        """From one picture of the source to the next, smoothed."""

    def selects(self, captured_ns: int) -> bool:
        """Return whether the picture captured then belongs to the stream."""
        self._gap_ns += (min(max(0, captured_ns - self._last_ns), self._interval_ns) - self._gap_ns) // 4
        self._last_ns = captured_ns
        early = 0 if self._due_ns is None else self._due_ns - captured_ns
        if not -self._interval_ns <= early <= 2 * self._interval_ns:
            early = 0
        if early > self._gap_ns // 2:
            return False
        self._due_ns = captured_ns + early + self._interval_ns
        return True
