"""Device thread: runs calls to a kernel driver, which may block, fail or hang without affecting other code."""

import asyncio
import errno
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from ipcamd.errors import RequestFailed
from ipcamd.workers.pool import WorkerPool

HANG_S = 2.0
"""Seconds after which a call counts as hanging."""
HANGS = "it hangs"
"""Reason for a hanging call."""
GONE = frozenset((errno.ENODEV, errno.ENXIO, errno.EIO, errno.EBADF, errno.ESHUTDOWN, errno.EREMOTEIO))
"""Error numbers of a disconnected device, which must be opened again."""

_WORDS = {
    errno.ENOENT: "no such device",
    errno.ENODEV: "no such device",
    errno.ENXIO: "no such device",
    errno.EIO: "the device does not answer",
    errno.EREMOTEIO: "the device does not answer",
    errno.ETIMEDOUT: "the device does not answer",
    errno.EBUSY: "another program uses it",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.ENOTTY: "it is not such a device",
}

T = TypeVar("T")


class DeviceThread:
    """Runs the calls to one device, one after the other. An abandoned call is not made later."""

    def __init__(self, device: str, hang_s: float = HANG_S) -> None:
        """`device` is the start of error messages, such as ``/dev/video0``."""
        self._device, self._hang_s = device, hang_s
        self._pool = WorkerPool(device, 1)
        self._hanging: asyncio.Future[Any] | None = None

    @property
    def hangs(self) -> bool:
        """Whether an abandoned call has not returned yet."""
        return self._hanging is not None

    async def run(self, action: Callable[[], T]) -> T:
        """Return the result of `action`. Raises ``RequestFailed`` if it raises ``OSError`` or ``ValueError``, or hangs,
        and at once if an earlier one still hangs."""
        if self.hangs:
            raise RequestFailed(f"{self._device}: {HANGS}")
        given_up = threading.Event()
        outcome = self._pool.run(lambda: _unless(given_up, action))
        try:
            done, _ = await asyncio.wait({outcome}, timeout=self._hang_s)
        finally:
            given_up.set()
        if not done:
            self._note_hang(outcome)
            raise RequestFailed(f"{self._device}: {HANGS}")
        try:
            return outcome.result()
        except (OSError, ValueError) as error:
            raise RequestFailed(f"{self._device}: {failure_reason(error)}") from error

    def leave(self, last: Callable[[], None]) -> None:
        """Run `last` after the previous calls, without waiting for it."""
        self._pool.start(last)

    async def drain(self) -> None:
        """Wait for the previous calls, unless one hangs."""
        with suppress(RequestFailed):
            await self.run(lambda: None)

    def _note_hang(self, outcome: "asyncio.Future[Any]") -> None:
        def end(ended: "asyncio.Future[Any]") -> None:
            self._hanging = None
            if not ended.cancelled():
                ended.exception()  # its result is not needed

        self._hanging = outcome
        outcome.add_done_callback(end)


def failure_reason(error: OSError | ValueError) -> str:
    """Return the readable reason of a failed call."""
    number = error.errno if isinstance(error, OSError) else None
    return _WORDS.get(number or 0) or getattr(error, "strerror", None) or str(error) or type(error).__name__


def _unless(given_up: threading.Event, action: Callable[[], T]) -> T:
    if given_up.is_set():
        raise TimeoutError(errno.ETIMEDOUT, "given up")
    return action()
