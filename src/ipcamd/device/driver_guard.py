"""Driver guard: time limit of a driver's actions; a failure becomes a clear error and a line in the event log."""

import asyncio
from collections.abc import Awaitable, Callable

from ipcamd.errors import RequestFailed

DRIVER_S = 3.0
"""Seconds after which a driver without an answer has failed."""


class FailureNote:
    """Records a failure of hardware once, until a different one or a success."""

    def __init__(self, note: Callable[[str], None]) -> None:
        """`note` writes into the event log."""
        self._note = note
        self._failure = ""
        """Last recorded failure; "" after a success."""

    def fail(self, reason: str) -> None:
        """Record a failure, unless it is the last one."""
        if reason != self._failure:
            self._failure = reason
            self._note(reason)

    def succeed(self) -> None:
        """Forget the last failure: it is recorded again."""
        self._failure = ""


class DriverGuard:
    """Guard of one piece of hardware."""

    def __init__(self, name: str, note: Callable[[str], None]) -> None:
        """`name` is that of the hardware in messages, such as ``the lens``; `note` writes into the event log."""
        self._name, self._note = name, FailureNote(note)

    async def run(self, action: Awaitable[None]) -> None:
        """Await an action of the driver. Raises ``RequestFailed``; repeated equal failures are recorded once."""
        try:
            async with asyncio.timeout(DRIVER_S):
                await action
        except TimeoutError:
            reason = f"{self._name} does not answer"
            self._note.fail(reason)
            raise RequestFailed(reason) from None
        except RequestFailed as error:
            self._note.fail(str(error))
            raise
        self._note.succeed()

    def check(self, check: Callable[[], None]) -> None:
        """Call a check of an action. Raises ``RequestFailed``; repeated equal failures are recorded once."""
        try:
            check()
        except RequestFailed as error:
            self._note.fail(str(error))
            raise
