"""System clock of Linux: set and slewed for the whole machine (clock_settime(2), adjtime(3); CAP_SYS_TIME)."""

import ctypes
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from ipcamd.errors import RequestFailed
from ipcamd.store.database import TransactionPart


def set_system_time(moment_ns: int) -> None:
    """Set the machine's clock to these nanoseconds since the epoch. Raises ``OSError``."""
    time.clock_settime_ns(time.CLOCK_REALTIME, moment_ns)


def slew_system_time(offset_ns: int) -> None:
    """Make the kernel slew the machine's clock by `offset_ns`, at 500 ppm. Raises ``OSError``."""
    seconds, rest_ns = divmod(offset_ns, 1_000_000_000)
    delta = (ctypes.c_long * 2)(seconds, rest_ns // 1000)  # struct timeval
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.adjtime(delta, None):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class SystemClock:
    """The clock of this machine."""

    def __init__(
        self,
        set_time: Callable[[int], None] = set_system_time,
        slew_time: Callable[[int], None] = slew_system_time,
    ) -> None:
        """`set_time` takes nanoseconds since the epoch, `slew_time` an offset in nanoseconds.

        Both raise ``OSError``.
        """
        self._set_time, self._slew_time = set_time, slew_time

    def now_ns(self) -> int:
        """See `TimeSource`. From any thread."""
        return time.time_ns()

    def set(self, moment_ns: int) -> TransactionPart:
        """See `TimeSource`. Raises ``RequestFailed`` during the change if the camera has no permission to set the
        clock."""
        offset_ns = moment_ns - self.now_ns()
        return self._part(partial(self._shift, offset_ns), partial(self._shift, -offset_ns))

    def slew(self, offset_ns: int) -> TransactionPart:
        """See `TimeSource`. Raises the errors of `set`."""
        return self._part(partial(self._slew_time, offset_ns), partial(self._slew_time, 0))

    def _shift(self, offset_ns: int) -> None:
        self._set_time(self.now_ns() + offset_ns)

    def _part(self, change: Callable[[], None], undo: Callable[[], None]) -> TransactionPart:
        """Return the transaction part that makes a change before data is saved, and reverts it if saving fails."""

        @asynccontextmanager
        async def changed() -> AsyncIterator[None]:
            try:
                change()
            except OSError as error:
                raise RequestFailed(f"the clock of the machine: {error.strerror} (CAP_SYS_TIME)") from error
            try:
                yield
            except BaseException:
                with suppress(OSError):
                    undo()
                raise

        return TransactionPart(lambda _: None, lock=changed())
