"""Supervised driver: keeps hardware in its wanted state, even if it is disconnected and reconnected."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

from ipcamd.device.driver_guard import FailureNote
from ipcamd.errors import RequestFailed

CHECK_S = 5.0
"""Longest time between two checks, in seconds, after which reconnected hardware works again."""


class SupervisedDriver(ABC):
    """Sets the wanted state at the start, after each change, and every few seconds. For the event loop."""

    def __init__(self, check_s: float = CHECK_S) -> None:
        """`check_s` is the longest time between two checks, in seconds."""
        self.is_connected = False
        """Whether the hardware works: the result of the last check."""
        self._check_s = check_s
        self._note = FailureNote(lambda _: None)
        self._turn = asyncio.Lock()
        self._woken = asyncio.Event()
        self._ends = False
        self._task: asyncio.Task[None] | None = None

    @abstractmethod
    async def _bring(self) -> None:
        """Connect to the hardware if necessary, and set its state. Raises ``RequestFailed``."""

    async def start(self, note: Callable[[str], None]) -> None:
        """See `Unit`. Returns after the first check."""
        self._note = FailureNote(note)
        await self._try()
        self._task = asyncio.get_running_loop().create_task(self._supervise())

    async def check(self) -> None:
        """Check the hardware now. Raises ``RequestFailed`` if it fails; repeated equal failures are recorded once."""
        async with self._turn:
            try:
                await self._bring()
            except RequestFailed as error:
                self.is_connected = False
                self._note.fail(str(error))
                raise
            self.is_connected = True
            self._note.succeed()

    async def close(self) -> None:
        """See `Unit`. A last change is made before."""
        self._ends = True
        self._wake()
        if self._task:
            await self._task

    def _wake(self) -> None:
        """Check as soon as possible, if it is started."""
        self._woken.set()

    async def _supervise(self) -> None:
        while not self._ends or self._woken.is_set():  # the last change may come during a check
            with suppress(TimeoutError):
                async with asyncio.timeout(self._check_s):
                    await self._woken.wait()
            self._woken.clear()
            await self._try()

    async def _try(self) -> None:
        with suppress(RequestFailed):
            await SupervisedDriver.check(self)
