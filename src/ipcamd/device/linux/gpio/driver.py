"""GPIO driver: base class of one requested line of a chip, as an input or an output."""

import gpiod

from ipcamd.device.linux.device_thread import HANG_S, DeviceThread
from ipcamd.device.linux.gpio.line import GpioLine
from ipcamd.device.linux.supervised_driver import CHECK_S, SupervisedDriver


class GpioDriver(SupervisedDriver):
    """Driver of one line. All calls to the chip run in its own thread."""

    def __init__(self, line: GpioLine, check_s: float = CHECK_S, hang_s: float = HANG_S) -> None:
        """The chip may be missing at first. A call of more than `hang_s` seconds hangs."""
        super().__init__(check_s)
        self._line = line
        self._thread = DeviceThread(str(line), hang_s)
        self._request: gpiod.LineRequest | None = None
        """The requested line; None while it is not in use."""
        self._level = "low"

    @property
    def level(self) -> str:
        """``high`` or ``low``: the last known level of an input, the level set of an output."""
        return self._level

    async def close(self) -> None:
        """See `Unit`."""
        await super().close()
        self._release()
        await self._thread.drain()

    def _release(self) -> None:
        """Release the line, after the previous calls."""
        request, self._request = self._request, None
        if request:
            self._thread.leave(request.release)
