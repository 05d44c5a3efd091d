"""Which pictures of a source make a stream of a given rate."""

SECOND = 1_000_000_000
"""Nanoseconds of a second."""


class Pacer:
    """Picks pictures by their capture times so that `rate` of them a second remain, exactly, in the long run.

    A picture is taken up to half an interval early: capture times jitter. Of a source that is slower than `rate` every
    picture is taken and none twice. Where capture times jump (the camera's clock was set), picking starts afresh.
    """

    def __init__(self, rate: int) -> None:
        self._interval = SECOND // rate
        self._due: int | None = None

    def take(self, captured: int) -> bool:
        """Whether the picture captured then (nanoseconds) belongs to the stream."""
        early = (self._due if self._due is not None else captured) - captured
        if early > 2 * self._interval or early < -self._interval:
            early = 0
        if early > self._interval // 2:
            return False
        self._due = captured + early + self._interval
        return True
