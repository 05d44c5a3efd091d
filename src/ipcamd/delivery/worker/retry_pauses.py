"""Retry pauses of deliveries: the time from a failed attempt to the next one."""

import random
from collections.abc import Callable

FIRST_PAUSE_S = 5.0
"""First pause."""
LONGEST_PAUSE_S = 300.0
"""Longest pause."""
UNREACHABLE_PAUSE_S = 50.0
"""Longest pause while the host is unreachable, so that deliveries resume within a minute of its return."""


class RetryPauses:
    """Pauses between attempts: each twice as long as the previous one, with a random variation."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        """`chance` returns random numbers from 0 to 1."""
        self._chance = chance
        self.failures = 0

    def reset(self) -> None:
        """Record a success."""
        self.failures = 0

    def next(self, away: bool) -> float:
        """Record a failure, and return the pause in seconds."""
        pause_s = min(FIRST_PAUSE_S * 2.0 ** min(self.failures, 10), UNREACHABLE_PAUSE_S if away else LONGEST_PAUSE_S)
        self.failures += 1
        return pause_s * (0.9 + 0.2 * self._chance())
