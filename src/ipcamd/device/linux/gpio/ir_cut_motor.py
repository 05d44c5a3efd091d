"""IR-cut filter on GPIO lines: two pulsed lines, or one line whose level holds the filter."""

import time
from collections.abc import Sequence
from functools import partial

import gpiod
from gpiod.line import Value

from ipcamd.device.linux.device_thread import HANG_S, DeviceThread
from ipcamd.device.linux.gpio.chip import open_output, set_value
from ipcamd.device.linux.gpio.line import GpioLine

PULSE_S = 0.1
"""Duration of the pulse that moves the filter; longer ones would heat its coil."""


class GpioIrCutMotor:
    """With two lines, a pulse on the first one inserts the filter, on the second one removes it. With one line, the
    level ``high`` holds the filter in."""

    def __init__(self, lines: Sequence[GpioLine], hang_s: float = HANG_S) -> None:
        """`lines` are one or two; their chip may be missing at first."""
        self._lines = lines
        self._thread = DeviceThread(str(lines[0]), hang_s)
        self._requests: list[gpiod.LineRequest] = []
        """The requested lines, used only by the thread."""

    async def move(self, in_path: bool) -> None:
        """See `FilterMotor`."""
        await self._thread.run(partial(self._attempt, in_path))

    async def probe(self) -> None:
        """See `FilterMotor`."""
        await self._thread.run(partial(self._attempt, None))

    async def close(self) -> None:
        """See `FilterMotor`."""
        self._thread.leave(self._release)
        await self._thread.drain()

    def _attempt(self, in_path: bool | None) -> None:
        """Move the filter, or read the lines. In the thread; raises ``OSError`` and ``ValueError``."""
        try:
            if in_path is None:
                for request in self._requests:
                    request.get_values()
            elif len(self._lines) == 1:
                self._hold(in_path)
            else:
                self._pulse(0 if in_path else 1)
        except (OSError, ValueError):
            self._release()
            raise

    def _hold(self, in_path: bool) -> None:
        value = Value.ACTIVE if in_path else Value.INACTIVE
        if self._requests:
            set_value(self._requests[0], value)
        else:
            self._requests.append(open_output(self._lines[0], value))

    def _pulse(self, number: int) -> None:
        for line in self._lines[len(self._requests) :]:
            self._requests.append(open_output(line, Value.INACTIVE))
        try:
            set_value(self._requests[number], Value.ACTIVE)
            time.sleep(PULSE_S)
        finally:
            set_value(self._requests[number], Value.INACTIVE)

    def _release(self) -> None:
        requests, self._requests = self._requests, []
        for request in requests:
            request.release()
