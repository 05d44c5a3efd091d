"""Light change pause: a large change of light suspends motion detection for a moment, because it looks like motion."""

from math import exp

MAX_LEVELS_PER_S = 12.0
"""A larger change of light, in grey levels per second, suspends detection."""
LONGEST_PAUSE_S = 3.0
"""Longest suspension of detection, in seconds."""


class LightChangePause:
    """Adds up the changes of light."""

    def __init__(self) -> None:
        self._change = 0.0
        """Change of light in the last second, approximately, in grey levels."""
        self._left_s = LONGEST_PAUSE_S
        """Seconds for which detection may remain suspended."""

    def suspends(self, change: float, elapsed_s: float) -> bool:
        """Return whether detection is suspended. `change` is the change of light since the last picture, in grey
        levels; `elapsed_s` is the time since then."""
        self._change = min(3 * MAX_LEVELS_PER_S, self._change * exp(-elapsed_s) + change)
        is_large = self._change > MAX_LEVELS_PER_S
        suspended = is_large and self._left_s > 0
        self._left_s = min(LONGEST_PAUSE_S, self._left_s + (-elapsed_s if is_large else elapsed_s / 2))
        return suspended
