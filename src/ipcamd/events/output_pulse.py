"""Digital output as an action: high for some seconds, then the level of its parameter (SDK 10.13, 11)."""

import asyncio
from collections.abc import Callable


class OutputPulse:
    """Pulses of one output. `show` sets its level; `rest` returns the level between pulses, ``high`` or ``low``."""

    def __init__(self, show: Callable[[str], None], rest: Callable[[], str]) -> None:
        self._show = show
        self._rest = rest
        self._until_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.settle()

    def pulse(self, duration_s: float) -> None:
        """Set the output high for this time; a longer running pulse continues."""
        loop = asyncio.get_running_loop()
        self._until_s = max(self._until_s, loop.time() + duration_s)
        self._show("high")
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_at(self._until_s, self._end)

    def settle(self) -> None:
        """Apply a change of `rest`, unless a pulse is running."""
        if self._timer is None:
            self._show(self._rest())

    def close(self) -> None:
        """End the pulse."""
        if self._timer:
            self._timer.cancel()
            self._end()

    def _end(self) -> None:
        self._timer = None
        self.settle()
