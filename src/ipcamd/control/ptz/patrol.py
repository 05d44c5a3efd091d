"""Patrol: visits the presets in their order, repeatedly."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from ipcamd.errors import IpcamdError

RETRY_S = 5.0
"""Pause after a preset that could not be reached, in seconds."""


class Patrol:
    """One patrol. For the event loop."""

    def __init__(self, stops: Callable[[], Mapping[int, int]], visit: Callable[[int], Awaitable[None]]) -> None:
        """`stops` returns the presets in their order, and the seconds to stay at each; `visit` returns on arrival, and
        raises an ``IpcamdError`` if it fails."""
        self._stops = stops
        self._visit = visit
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Start with the first preset, unless it runs."""
        if not self.is_running:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """End it."""
        if self._task:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        last = 0
        while stops := self._stops():
            last = next((number for number in stops if number > last), min(stops))
            pause_s = RETRY_S
            with suppress(IpcamdError):  # `visit` has recorded it
                await self._visit(last)
                pause_s = stops[last]
            await asyncio.sleep(pause_s)
