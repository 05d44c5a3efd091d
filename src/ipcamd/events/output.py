"""Digital output as an action: high for some seconds, then as its parameter says (SDK 10.13, 11)."""

import asyncio
from collections.abc import Callable


class Output:
    """Drives one output. `show` sets its level; `rest` is its level while no event holds it, ``high`` or ``low``."""

    def __init__(self, show: Callable[[str], None], rest: Callable[[], str]) -> None:
        self._show = show
        self._rest = rest
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.settle()

    def pulse(self, seconds: float) -> None:
        """Hold it high for so long from now on; one that is held longer already stays so."""
        loop = asyncio.get_running_loop()
        self._until = max(self._until, loop.time() + seconds)
        self._show("high")
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_at(self._until, self._end)

    def settle(self) -> None:
        """Take over a change of `rest`, unless an event holds the output."""
        if self._timer is None:
            self._show(self._rest())

    def close(self) -> None:
        """Let go of it."""
        if self._timer:
            self._timer.cancel()
            self._end()

    def _end(self) -> None:
        self._timer = None
        self.settle()
