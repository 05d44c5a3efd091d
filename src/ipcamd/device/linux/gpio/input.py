"""GPIO input: a button or sensor on one line of a chip, debounced by the kernel."""

import asyncio
import time
from collections.abc import Callable
from functools import partial

import gpiod
from gpiod.line import Value

from ipcamd.device.linux.device_thread import HANG_S
from ipcamd.device.linux.gpio.chip import open_input
from ipcamd.device.linux.gpio.driver import GpioDriver
from ipcamd.device.linux.gpio.line import GpioLine
from ipcamd.device.linux.supervised_driver import CHECK_S
from ipcamd.errors import RequestFailed

DEBOUNCE_S = 0.03
"""Seconds for which a level must be stable; the kernel measures this."""


class GpioInput(GpioDriver):
    """One line as a digital input. Each edge is a kernel event with its time."""

    def __init__(self, line: GpioLine, check_s: float = CHECK_S, hang_s: float = HANG_S) -> None:
        """See `GpioDriver`."""
        super().__init__(line, check_s, hang_s)
        self._reading: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[str, int], None]] = []

    def watch(self, listener: Callable[[str, int], None]) -> None:
        """See `DigitalInput`."""
        self._listeners.append(listener)

    async def close(self) -> None:
        """See `Unit`."""
        await super().close()
        if self._reading:
            self._reading.cancel()

    async def _bring(self) -> None:
        """Request the line, or check that it still works."""
        if self._request:
            try:
                await self._thread.run(self._request.get_values)
            except RequestFailed:
                self._release()
                raise
        else:
            request, level = await self._thread.run(partial(_open, self._line))
            self._request = request
            self._tell(level, 0)
            self._await_edge(request)

    def _await_edge(self, request: gpiod.LineRequest) -> None:
        loop, descriptor = asyncio.get_running_loop(), request.fd

        def read() -> None:
            loop.remove_reader(descriptor)
            self._reading = loop.create_task(self._read_edges(request))

        loop.add_reader(descriptor, read)

    async def _read_edges(self, request: gpiod.LineRequest) -> None:
        try:
            edges = await self._thread.run(request.read_edge_events)
        except RequestFailed:
            if self._request is request:
                self._release()
            self._wake()
            return
        for edge in edges:
            age_ns = max(0, time.monotonic_ns() - edge.timestamp_ns)
            self._tell("high" if edge.event_type is edge.Type.RISING_EDGE else "low", age_ns)
        if self._request is request:
            self._await_edge(request)

    def _tell(self, level: str, age_ns: int) -> None:
        self._level = level
        for listener in self._listeners:
            listener(level, age_ns)

    def _release(self) -> None:
        if self._request:
            asyncio.get_running_loop().remove_reader(self._request.fd)
        super()._release()


def _open(line: GpioLine) -> tuple[gpiod.LineRequest, str]:
    """Request a line; return it and its level. Raises ``OSError`` and ``ValueError``."""
    request = open_input(line, DEBOUNCE_S)
    return request, "high" if request.get_values() == [Value.ACTIVE] else "low"
