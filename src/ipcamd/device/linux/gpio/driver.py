"""GPIO driver: one line of a chip in use, as an input or an output."""

import gpiod

from ipcamd.device.linux.device_thread import HANG_S, DeviceThread
from ipcamd.device.linux.gpio.line import GpioLine
from ipcamd.device.linux.supervised_driver import CHECK_S, SupervisedDriver


class GpioDriver(SupervisedDriver):
    """Driver of one line. All calls into the chip are made in its own thread."""

    def __init__(self, line: GpioLine, check_s: float = CHECK_S, hang_s: float = HANG_S) -> None:
        """The chip need not be there yet. A call that takes longer than `hang_s` seconds hangs."""
        super().__init__(check_s)
        self._line = line
        self._thread = DeviceThread(str(line), hang_s)
        self._request: gpiod.LineRequest | None = None
        """The line in use; None while it is not."""
        self._level = "low"

    @property
    def level(self) -> str:
        """``high`` or ``low``: the last level known of an input, the level set of an output."""
        return self._level

    async def close(self) -> None:
        """See `Unit`."""
        await super().close()
        self._release()
        await self._thread.drain()

    def _release(self) -> None:
        """Give the line free, after the calls that were made."""
        request, self._request = self._request, None
        if request:
            self._thread.leave(request.release)
