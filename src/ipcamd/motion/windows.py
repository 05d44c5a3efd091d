"""Motion windows (SDK 4): their areas, from the stored settings. No I/O."""

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Values
from ipcamd.params.motion import COLUMNS, HEIGHT, ROWS, WIDTH, Cell

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in a picture of 640x480; right and bottom are exclusive."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window, identified by its position among the three."""

    name: str
    enabled: bool
    rectangle: Box
    cells: tuple[Cell, ...]
    """Additional cells of the grid."""
    sensitivity: int
    """0 to 100; higher triggers more easily: see `ipcamd.motion.sensitivity`."""
    percent: int
    """Level that raises an alarm, 0 to 100 per cent: the size of the motion relative to the window, as a length."""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The union of these is its area: the rectangle and the cells of the grid."""
        left, top, right, bottom = self.rectangle
        own = (self.rectangle,) if left < right and top < bottom else ()
        return (*own, *(_cell_box(*cell) for cell in self.cells))

    @property
    def active(self) -> bool:
        """Whether it is enabled and has an area."""
        return self.enabled and bool(self.boxes)


def _cell_box(row: int, column: int) -> Box:
    width, height = WIDTH // COLUMNS, HEIGHT // ROWS
    return (column * width, row * height, (column + 1) * width, (row + 1) * height)


def parse_windows(values: Values) -> tuple[Window, ...]:
    """Return the windows of the stored settings; see `ipcamd.params.motion`."""
    fields = (values.value(name) for name in ("mdname", "mddata", "mddatanormalize", "mdpercent"))
    return tuple(
        Window(name, bool(enable) and values.flag("motionenable"), (left, top, right, bottom), cells, level, percent)
        for name, (enable, left, top, right, bottom, level), cells, percent in zip(*fields, strict=True)
    )
