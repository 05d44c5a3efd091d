"""Floor plan of the scene for a picture size."""

from functools import cached_property

from ipcamd.dataclass import dataclass
from ipcamd.media.source.drawing import round_to_even

SMALLEST = (160, 120)
"""Smallest size: smaller pictures would show nothing."""

LARGEST = (1920, 1080)
"""Largest size: larger pictures would take too long to paint."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels: its corner at `left` and `top`, its `width` and `height`."""

    left: int
    top: int
    width: int
    height: int


class Plan:
    """Layout of a picture that is sixteen units wide; a taller picture has more wall and floor."""

    def __init__(self, size: tuple[int, int]) -> None:
        """`size` is the picture's width and height in pixels."""
        self.size = size

    @cached_property
    def unit(self) -> float:
        """Pixels of a unit of length."""
        return min(self.size[0] / 16, self.size[1] / 8.4)

    def at(self, units: float) -> int:
        """Return a length in pixels."""
        return round(units * self.unit)

    @cached_property
    def head(self) -> int:
        """Height of the strip at the top."""
        return round_to_even(self.unit * 1.62)

    @cached_property
    def floor(self) -> int:
        """Row where the floor begins."""
        return round_to_even(self.size[1] - self.unit * 2.0 - self._spare * 0.45)

    @cached_property
    def ground(self) -> int:
        """Row of the figure's feet."""
        return round_to_even(self.size[1] - self.unit * 0.45 - self._spare * 0.2)

    @cached_property
    def figure(self) -> int:
        """The figure's height."""
        return round_to_even(self.unit * 3.7 + min(self._spare * 0.25, self.unit))

    @cached_property
    def charts(self) -> tuple[Box, Box, Box]:
        """The frames of the three pictures."""
        height = round_to_even(min(self.unit * 4.2, self.unit * 3.1 + self._spare * 0.2))
        width, top = round_to_even(self.unit * 4.2), round_to_even(self.head + self.unit * 0.55 + self._spare * 0.12)
        step = self.size[0] / 3
        first, second, third = (Box(round_to_even(step * (n + 0.5) - width / 2), top, width, height) for n in range(3))
        return first, second, third

    @cached_property
    def clock(self) -> Box:
        """Position of the time of day."""
        return self._right(0.22, 0.92)

    @cached_property
    def lamp(self) -> Box:
        """The lamp that flashes."""
        side = round_to_even(self.unit * 0.8)
        return Box(round_to_even(self.clock.left - self.unit * 1.25), round_to_even(self.unit * 0.4), side, side)

    @cached_property
    def small(self) -> Box:
        """Position of date and frame counter."""
        return self._right(1.12, 0.3)

    def _right(self, top: float, height: float) -> Box:
        """Return the place of a line of text at the right of the board; `top` and `height` are in units."""
        right, width = round_to_even(self.size[0] - self.unit * 0.55), round_to_even(self.unit * 6.2)
        return Box(right - width, round_to_even(self.unit * top), width, round_to_even(self.unit * height))

    @cached_property
    def _spare(self) -> float:
        """Height beyond 16:9, in pixels."""
        return max(0.0, self.size[1] - self.unit * 9)
