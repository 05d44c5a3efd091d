"""Device thread: calls into a driver of the kernel, which may block, fail or hang without harm to anything else."""

import asyncio
import errno
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from ipcamd.errors import RequestFailed
from ipcamd.workers.pool import WorkerPool

HANG_S = 2.0
"""A call that does not return within so many seconds hangs."""
HANGS = "it hangs"
"""Reason of a call that hangs."""
GONE = frozenset((errno.ENODEV, errno.ENXIO, errno.EIO, errno.EBADF, errno.ESHUTDOWN, errno.EREMOTEIO))
"""Error numbers of a device that was pulled out; it is to be opened anew."""

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
    """Runs the calls into one device, one after the other. A call that was given up is not made later."""

    def __init__(self, device: str, hang_s: float = HANG_S) -> None:
        """`device` begins the messages of errors, such as ``/dev/video0``."""
        self._device, self._hang_s = device, hang_s
        self._pool = WorkerPool(device, 1)
        self._hanging: asyncio.Future[Any] | None = None

    @property
    def hangs(self) -> bool:
        """Whether a call was given up and has not returned yet."""
        return self._hanging is not None

    async def run(self, action: Callable[[], T]) -> T:
        """Return what `action` returns. Raises ``RequestFailed`` if it raises ``OSError`` or ``ValueError``, if it
        hangs, and at once if one before it still hangs."""
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
        """Run `last` after the calls that were made, without waiting for it."""
        self._pool.start(last)

    async def drain(self) -> None:
        """Wait for the calls that were made, unless one hangs."""
        with suppress(RequestFailed):
            await self.run(lambda: None)

    def _note_hang(self, outcome: "asyncio.Future[Any]") -> None:
        def end(ended: "asyncio.Future[Any]") -> None:
            self._hanging = None
            if not ended.cancelled():
                ended.exception()  # nobody else asks for it

        self._hanging = outcome
        outcome.add_done_callback(end)


def failure_reason(error: OSError | ValueError) -> str:
    """Return why a call failed, for people."""
    number = error.errno if isinstance(error, OSError) else None
    return _WORDS.get(number or 0) or getattr(error, "strerror", None) or str(error) or type(error).__name__


def _unless(given_up: threading.Event, action: Callable[[], T]) -> T:
    if given_up.is_set():
        raise TimeoutError(errno.ETIMEDOUT, "given up")
    return action()
