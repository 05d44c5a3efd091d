"""GPIO chip: requests its lines from libgpiod. All functions may block, and raise ``OSError`` and ``ValueError``."""

from datetime import timedelta

import gpiod
from gpiod.line import Bias, Direction, Edge, Value

from ipcamd.device.linux.gpio.line import GpioLine

_CONSUMER = "ipcamd"


def open_input(line: GpioLine, debounce_s: float) -> gpiod.LineRequest:
    """Request a line as an input with edge events; the kernel debounces it."""
    settings = gpiod.LineSettings(edge_detection=Edge.BOTH, debounce_period=timedelta(seconds=debounce_s))
    return _open(line, Direction.INPUT, settings)


def open_output(line: GpioLine, value: Value) -> gpiod.LineRequest:
    """Request a line as an output with the initial `value`."""
    return _open(line, Direction.OUTPUT, gpiod.LineSettings(output_value=value))


def set_value(request: gpiod.LineRequest, value: Value) -> None:
    """Set the one line of `request`."""
    request.set_value(request.offsets[0], value)


def _open(line: GpioLine, direction: Direction, settings: gpiod.LineSettings) -> gpiod.LineRequest:
    bias = next(iter(line.wiring - {"active-low"}), "")
    settings.direction = direction
    settings.active_low = "active-low" in line.wiring
    settings.bias = {"pull-up": Bias.PULL_UP, "pull-down": Bias.PULL_DOWN}.get(bias, Bias.AS_IS)
    with gpiod.Chip(line.chip) as chip:
        return chip.request_lines({_offset(chip, line.name): settings}, consumer=_CONSUMER)


def _offset(chip: gpiod.Chip, name: str) -> int:
    """Return the number of a line. Raises ``ValueError`` if the chip has no such line."""
    last = chip.get_info().num_lines - 1
    try:
        return chip.line_offset_from_id(int(name) if name.isascii() and name.isdecimal() else name)
    except (FileNotFoundError, ValueError) as error:
        raise ValueError(f"the chip has no such line; its lines are 0 to {last}") from error
