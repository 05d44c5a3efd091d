"""Lasting state: what was seen for some time without a break. No I/O."""

HOLD_S = 4.0
"""Seconds for which a state must be seen, or not be seen, before it counts."""


class LastingState:
    """State that is on or off. Times are seconds on a monotonic clock."""

    def __init__(self) -> None:
        self.is_on = False
        self._changing_since_s: float | None = None

    def see(self, is_seen: bool, now_s: float) -> None:
        """Take an observation."""
        if is_seen is self.is_on:
            self._changing_since_s = None
            return
        if self._changing_since_s is None:
            self._changing_since_s = now_s
        if now_s - self._changing_since_s >= HOLD_S:
            self.is_on, self._changing_since_s = is_seen, None

    def pause(self) -> None:
        """Note that nothing can be observed now: the state stays, and what was about to change it is forgotten."""
        self._changing_since_s = None
