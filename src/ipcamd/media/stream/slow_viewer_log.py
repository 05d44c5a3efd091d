"""Slow viewer log: a warning that names slow viewers, at most once a minute."""

import asyncio
import logging
from collections import Counter
from collections.abc import Hashable

GATHER_S = 1.0
"""Seconds from the first dropped frame to the warning, which sums up the frames of this time."""
INTERVAL_S = 60.0
"""Seconds from one warning to the next."""
MAX_NAMED = 10
"""Most viewers named in one warning, the slowest first."""
MAX_KEPT = 1000
"""Most viewers counted separately in one interval."""

_log = logging.getLogger(__name__)


class SlowViewerLog:
    """For the event loop. It has a timer only while frames are being dropped."""

    def __init__(self) -> None:
        self._dropped: Counter[tuple[Hashable, str]] = Counter()
        self._unnamed = 0
        self._warned_at = -INTERVAL_S
        self._timer: asyncio.TimerHandle | None = None

    def add(self, viewer: tuple[Hashable, str], count: int) -> None:
        """Count dropped frames of a stream for a viewer."""
        if viewer in self._dropped or len(self._dropped) < MAX_KEPT:
            self._dropped[viewer] += count
        else:
            self._unnamed += count
        if self._timer is None:
            loop = asyncio.get_running_loop()
            due = max(loop.time() + GATHER_S, self._warned_at + INTERVAL_S)
            self._timer = loop.call_at(due, self._warn)

    def close(self) -> None:
        """Write the warning of uncounted frames."""
        if self._timer:
            self._timer.cancel()
            self._warn()

    def _warn(self) -> None:
        self._timer, self._warned_at = None, asyncio.get_running_loop().time()
        slowest = self._dropped.most_common(MAX_NAMED)
        named = ", ".join(f"{count} of {stream} for {viewer}" for (viewer, stream), count in slowest)
        rest = self._dropped.total() + self._unnamed - sum(count for _, count in slowest)
        _log.warning("frames dropped: %s%s", named, f", {rest} for other viewers" if rest else "")
        self._dropped.clear()
        self._unnamed = 0
