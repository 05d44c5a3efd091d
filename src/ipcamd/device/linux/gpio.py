"""GPIO lines of Linux as digital inputs and outputs, driven by libgpiod (an optional extra)."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import gpiod
from gpiod.line import Bias, Direction, Edge, Value

from ipcamd.device.linux.device_thread import HANG_S, DeviceThread
from ipcamd.device.linux.gpio_line import GpioLine
from ipcamd.device.linux.upkeep import CHECK_S, Upkeep
from ipcamd.errors import RequestFailed

DEBOUNCE_S = 0.03
"""A level counts when it has stayed for so long; the kernel sees to it."""
_CONSUMER = "ipcamd"


class GpioInput:
    """One line as an input. Each edge is an event of the kernel with its time."""

    def __init__(self, line: GpioLine, check_s: float = CHECK_S, hang_s: float = HANG_S) -> None:
        """The chip need not be there yet."""
        self._line = line
        self._thread = DeviceThread(str(line), hang_s)
        self._upkeep = Upkeep(self._check, check_s)
        self._request: gpiod.LineRequest | None = None
        self._reading: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[str, int], None]] = []
        self._level = "low"

    @property
    def is_connected(self) -> bool:
        """See `DigitalInput`."""
        return self._request is not None

    @property
    def level(self) -> str:
        """See `DigitalInput`; the last one known."""
        return self._level

    def watch(self, listener: Callable[[str, int], None]) -> None:
        """See `DigitalInput`."""
        self._listeners.append(listener)

    async def start(self, note: Callable[[str], None]) -> None:
        """See `Unit`."""
        await self._upkeep.start(note)

    async def close(self) -> None:
        """See `Unit`."""
        await self._upkeep.close()
        if self._reading:
            self._reading.cancel()
        if self._request:
            self._drop(self._request)
        await self._thread.drain()

    async def _check(self) -> None:
        """Take the line in use, or see whether it still is."""
        if request := self._request:
            try:
                await self._thread.run(request.get_values)
            except RequestFailed:
                self._drop(request)
                raise
        else:
            opened, level = await self._thread.run(partial(_open_input, self._line))
            self._request = opened
            self._tell(level, 0)
            self._await_edge(opened)

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
            self._drop(request)
            self._upkeep.wake()
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

    def _drop(self, request: gpiod.LineRequest) -> None:
        """Give the line free, after the calls that were made."""
        if self._request is request:
            asyncio.get_running_loop().remove_reader(request.fd)
            self._request = None
            self._thread.leave(request.release)


class GpioOutput:
    """One line as an output. A line that is taken in use has its level from the first moment on."""

    def __init__(self, line: GpioLine, check_s: float = CHECK_S, hang_s: float = HANG_S) -> None:
        """The chip need not be there yet."""
        self._line = line
        self._thread = DeviceThread(str(line), hang_s)
        self._upkeep = Upkeep(self._write, check_s)
        self._request: gpiod.LineRequest | None = None
        self._level = "low"

    @property
    def is_connected(self) -> bool:
        """See `DigitalOutput`."""
        return self._request is not None

    @property
    def level(self) -> str:
        """See `DigitalOutput`."""
        return self._level

    def set_level(self, level: str) -> None:
        """See `DigitalOutput`."""
        self._level = level
        self._upkeep.wake()

    async def check(self) -> None:
        """See `DigitalOutput`."""
        await self._upkeep.check()

    async def start(self, note: Callable[[str], None]) -> None:
        """See `Unit`."""
        await self._upkeep.start(note)

    async def close(self) -> None:
        """See `Unit`."""
        await self._upkeep.close()
        self._drop()
        await self._thread.drain()

    async def _write(self) -> None:
        """Set the line to its level; it is taken in use first if it is not."""
        value = _value(self._level)
        try:
            if self._request:
                await self._thread.run(partial(set_value, self._request, value))
            else:
                self._request = await self._thread.run(partial(open_output, self._line, value))
        except RequestFailed:
            self._drop()
            raise

    def _drop(self) -> None:
        request, self._request = self._request, None
        if request:
            self._thread.leave(request.release)


def _open_input(line: GpioLine) -> tuple[gpiod.LineRequest, str]:
    """Take a line in use; return it and its level. Raises ``OSError`` and ``ValueError``."""
    settings = gpiod.LineSettings(edge_detection=Edge.BOTH, debounce_period=timedelta(seconds=DEBOUNCE_S))
    request = _open(line, Direction.INPUT, settings)
    return request, "high" if request.get_values() == [Value.ACTIVE] else "low"


def open_output(line: GpioLine, value: Value) -> gpiod.LineRequest:
    """Take a line in use, and set it. Raises ``OSError`` and ``ValueError``."""
    return _open(line, Direction.OUTPUT, gpiod.LineSettings(output_value=value))


def _open(line: GpioLine, direction: Direction, settings: gpiod.LineSettings) -> gpiod.LineRequest:
    settings.direction = direction
    settings.active_low = "active-low" in line.wiring
    settings.bias = {"pull-up": Bias.PULL_UP, "pull-down": Bias.PULL_DOWN}.get(_bias(line), Bias.AS_IS)
    with gpiod.Chip(line.chip) as chip:
        return chip.request_lines({_offset(chip, line.name): settings}, consumer=_CONSUMER)


def _bias(line: GpioLine) -> str:
    return next(iter(line.wiring - {"active-low"}), "")


def _offset(chip: gpiod.Chip, name: str) -> int:
    """Return the number of a line. Raises ``ValueError`` if the chip has no such line."""
    last = chip.get_info().num_lines - 1
    try:
        return chip.line_offset_from_id(int(name) if name.isascii() and name.isdecimal() else name)
    except (FileNotFoundError, ValueError) as error:
        raise ValueError(f"the chip has no such line; its lines are 0 to {last}") from error


def set_value(request: gpiod.LineRequest, value: Value) -> None:
    """Set the one line of `request`. Raises ``OSError``."""
    request.set_value(request.offsets[0], value)


def _value(level: str) -> Value:
    return Value.ACTIVE if level == "high" else Value.INACTIVE
