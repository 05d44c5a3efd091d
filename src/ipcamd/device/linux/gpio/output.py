"""GPIO output: a relay or lamp on one line of a chip."""

from functools import partial

from gpiod.line import Value

from ipcamd.device.linux.gpio.chip import open_output, set_value
from ipcamd.device.linux.gpio.driver import GpioDriver
from ipcamd.errors import RequestFailed


class GpioOutput(GpioDriver):
    """One line as a digital output, with its level from the request on."""

    def set_level(self, level: str) -> None:
        """See `DigitalOutput`."""
        self._level = level
        self._wake()

    async def _bring(self) -> None:
        """Set the line to its level, requesting it if necessary."""
        value = Value.ACTIVE if self._level == "high" else Value.INACTIVE
        try:
            if self._request:
                await self._thread.run(partial(set_value, self._request, value))
            else:
                self._request = await self._thread.run(partial(open_output, self._line, value))
        except RequestFailed:
            self._release()
            raise
