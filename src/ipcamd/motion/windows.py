"""Motion windows (SDK 4): the settings' text as areas, and back. No I/O."""

from dataclasses import dataclass

from ipcamd.params.group import Values
from ipcamd.params.motion import COLUMNS, HEIGHT, ROWS, WIDTH

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in a picture of 640x480; right and bottom are the first that do not belong to it."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window; its position is its identity."""

    name: str
    enabled: bool
    rectangle: Box
    rows: tuple[int, int, int]
    """The grid's rows from the top; bit 0 is the leftmost cell."""
    sensitivity: int
    """0 to 100; more triggers more easily."""
    percent: int
    """0 to 100, how much of its area has to move for an alarm."""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Its area is what these cover together: the rectangle and the grid's cells."""
        left, top, right, bottom = self.rectangle
        own = (self.rectangle,) if left < right and top < bottom else ()
        return (*own, *(_cell(row, c) for row, bits in enumerate(self.rows) for c in range(COLUMNS) if bits >> c & 1))

    @property
    def watches(self) -> bool:
        """Whether there is anything for it to do."""
        return self.enabled and bool(self.boxes)


def _cell(row: int, column: int) -> Box:
    width, height = WIDTH // COLUMNS, HEIGHT // ROWS
    return (column * width, row * height, (column + 1) * width, (row + 1) * height)


def parse_windows(values: Values) -> tuple[Window, ...]:
    """Return the windows of the stored settings; see `ipcamd.params.motion`."""
    fields = (values.value(name) for name in ("mdname", "mddata", "mddatanormalize", "mdpercent"))
    return tuple(
        Window(name, bool(enable) and values.flag("motionenable"), (left, top, right, bottom), rows, level, percent)
        for name, (enable, left, top, right, bottom, level), rows, percent in zip(*fields, strict=True)
    )
