"""GPIO line as named in the table ``[device]``: chip, line, and wiring."""

import re

from ipcamd.dataclass import dataclass

GPIO_LINE_FORM = (
    "a chip and a number or name of a line, such as /dev/gpiochip0:17 or /dev/gpiochip0:GPIO17, "
    "then if needed active-low, pull-up or pull-down"
)
"""Form of a line in the configuration file, for error messages and help."""
_WIRING = {"active-low", "pull-up", "pull-down"}


@dataclass(frozen=True, slots=True)
class GpioLine:
    """One line of a GPIO chip."""

    chip: str
    """A device such as ``/dev/gpiochip0``."""
    name: str
    """Its number on the chip, or its name."""
    wiring: frozenset[str] = frozenset()
    """Some of ``active-low`` (0 V means high), ``pull-up`` and ``pull-down``."""

    def __str__(self) -> str:
        return f"{self.chip}:{self.name}"


def parse_gpio_line(text: str) -> GpioLine:
    """Return the line in `text`. Raises ``ValueError`` with the allowed form."""
    place, *wiring = text.split() or [""]
    match = re.fullmatch(r"(/[^:]+):([^:,]+)", place)
    if not match or not set(wiring) <= _WIRING or {"pull-up", "pull-down"} <= set(wiring):
        raise ValueError(GPIO_LINE_FORM)
    return GpioLine(match[1], match[2], frozenset(wiring))
