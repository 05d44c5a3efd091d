"""Lasting state: a state that is observed for some time without interruption. No I/O."""

HOLD_S = 4.0
"""Seconds for which an observation must last before the state changes."""


class LastingState:
    """State that is on or off. Times are seconds on a monotonic clock."""

    def __init__(self) -> None:
        self.is_on = False
        self._changing_since_s: float | None = None

    def see(self, is_seen: bool, now_s: float) -> None:
        """Add an observation."""
        if is_seen is self.is_on:
            self._changing_since_s = None
            return
        if self._changing_since_s is None:
            self._changing_since_s = now_s
        if now_s - self._changing_since_s >= HOLD_S:
            self.is_on, self._changing_since_s = is_seen, None

    def pause(self) -> None:
        """Record that nothing can be observed now: the state stays, and a pending change is dropped."""
        self._changing_since_s = None
