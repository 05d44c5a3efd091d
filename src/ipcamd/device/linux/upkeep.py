"""Upkeep of a piece of hardware: an action that brings it to its state, repeated because hardware comes and goes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ipcamd.errors import RequestFailed

CHECK_S = 5.0
"""Longest time between two actions: after so many seconds hardware that was put back works again."""


class Upkeep:
    """Calls an action at the start, after each change, and every few seconds. For the event loop."""

    def __init__(self, action: Callable[[], Awaitable[None]], check_s: float = CHECK_S) -> None:
        """`action` raises ``RequestFailed`` if the hardware fails."""
        self._action, self._check_s = action, check_s
        self._note: Callable[[str], None] = lambda _: None
        self._failure = ""
        """The last failure that was noted; "" after a success."""
        self._turn = asyncio.Lock()
        self._woken = asyncio.Event()
        self._ends = False
        self._task: asyncio.Task[None] | None = None

    async def start(self, note: Callable[[str], None]) -> None:
        """See `Unit`. Returns after the first attempt."""
        self._note = note
        await self._attempt()
        self._task = asyncio.get_running_loop().create_task(self._repeat())

    def wake(self) -> None:
        """Call the action as soon as possible, if it has been started."""
        self._woken.set()

    async def check(self) -> None:
        """Call the action now. Raises ``RequestFailed`` if the hardware fails; the same failure is noted once."""
        async with self._turn:
            try:
                await self._action()
            except RequestFailed as error:
                self._note_failure(str(error))
                raise
        self._failure = ""

    async def close(self) -> None:
        """Make the last change; then call the action no more."""
        self._ends = True
        self._woken.set()
        if self._task:
            await self._task

    async def _repeat(self) -> None:
        while not self._ends:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._check_s):
                    await self._woken.wait()
            self._woken.clear()
            await self._attempt()

    async def _attempt(self) -> None:
        with suppress(RequestFailed):
            await self.check()

    def _note_failure(self, reason: str) -> None:
        if reason != self._failure:
            self._failure = reason
            self._note(reason)
