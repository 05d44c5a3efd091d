"""``Motion`` (SDK 4): settings of motion detection. ``/setup.cgi`` lists and changes them, not ``param.cgi``."""

import re

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Group, Param
from ipcamd.params.kinds.choice import FLAG

WINDOWS = 3
"""Number of windows."""

WIDTH = 640
"""Width of the picture for window coordinates, independent of its real size."""
HEIGHT = 480
"""Height of the picture for window coordinates."""

COLUMNS = 4
"""Columns of the grid of ``mddatanormalize``."""
ROWS = 3
"""Rows of the grid."""
Cell = tuple[int, int]
"""Row from the top and column from the left of a cell of the grid, both from 0."""

NAME_LENGTH = 14
"""Maximum number of characters of a window's name."""

FIELDS = {
    "enable": 1,
    "left": WIDTH,
    "top": HEIGHT,
    "right": WIDTH,
    "bottom": HEIGHT,
    "sensitivity": 100,
}
"""The numbers of a window in ``mddata``, in order, and the highest value of each (clarifications, 4)."""


@dataclass(frozen=True, slots=True)
class Rectangles:
    """``mddata``: for each window whether it is enabled, its rectangle, and its sensitivity; see `FIELDS`."""

    allowed: str = f"{WINDOWS} windows separated by '|', each {','.join(FIELDS)}"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        return "|".join(_window(f"window {number}", part) for number, part in _each(text, self.allowed))

    def value(self, text: str) -> tuple[tuple[int, ...], ...]:
        """Return the numbers of each window, in the order of `FIELDS`."""
        return tuple(tuple(map(int, part.split(","))) for part in text.split("|"))


@dataclass(frozen=True, slots=True)
class Percents:
    """``mdpercent``: for each window the level that raises an alarm, in per cent."""

    allowed: str = f"{WINDOWS} numbers 0 to 100 separated by '|'"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        return "|".join(_number(f"window {number}:", part, 100) for number, part in _each(text, self.allowed))

    def value(self, text: str) -> tuple[int, ...]:
        """Return the number of each window."""
        return tuple(map(int, text.split("|")))


@dataclass(frozen=True, slots=True)
class Grid:
    """``mddatanormalize``: for each window three digits, the rows of a grid of 4 by 3; then a reserved one."""

    allowed: str = "ten hexadecimal digits"

    def normalize(self, text: str) -> str:
        """See `ValueKind`. Nine digits, as in the SDK's own example, are the windows' without the reserved one."""
        if not re.fullmatch("[0-9A-Fa-f]{9,10}", text):
            raise ValueError(self.allowed)
        return text.lower().ljust(10, "0")

    def value(self, text: str) -> tuple[tuple[Cell, ...], ...]:
        """Return the cells of each window. A digit is a row, from the top; its bit 0 is the leftmost cell."""
        return tuple(_cells(text[start : start + ROWS]) for start in range(0, ROWS * WINDOWS, ROWS))


@dataclass(frozen=True, slots=True)
class Names:
    """``mdname``: the windows' names; omitted ones are empty."""

    allowed: str = f"at most {WINDOWS} names separated by '|', each of at most {NAME_LENGTH} printable characters"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        names = text.split("|")
        if len(names) > WINDOWS or not text.isprintable() or max(map(len, names)) > NAME_LENGTH:
            raise ValueError(self.allowed)
        return text

    def value(self, text: str) -> tuple[str, ...]:
        """Return the name of each window."""
        return tuple((text.split("|") + [""] * WINDOWS)[:WINDOWS])


def _each(text: str, allowed: str) -> list[tuple[int, str]]:
    parts = text.split("|")
    if len(parts) != WINDOWS:
        raise ValueError(allowed)
    return list(enumerate(parts, 1))


def _cells(rows: str) -> tuple[Cell, ...]:
    return tuple((row, c) for row, digit in enumerate(rows) for c in range(COLUMNS) if int(digit, 16) >> c & 1)


def _window(name: str, text: str) -> str:
    parts = text.split(",")
    if len(parts) != len(FIELDS):
        raise ValueError(f"{name}: {','.join(FIELDS)}")
    numbers = [_number(f"{name}: {field}", part, FIELDS[field]) for field, part in zip(FIELDS, parts, strict=True)]
    _, left, top, right, bottom, _ = map(int, numbers)
    if left > right or top > bottom:
        raise ValueError(f"{name}: left at most right, top at most bottom")
    return ",".join(numbers)


def _number(name: str, text: str, most: int) -> str:
    # int() alone would accept '1_0', ' 5' and digits of other scripts
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) > most:
        raise ValueError(f"{name} 0 to {most}")
    return str(int(text))


MOTION = Group(
    "Motion",
    "4",
    (
        Param("mdname", Names(), "Window1|Window2|Window3", "Names of the windows."),
        Param(
            "mdpercent",
            Percents(),
            "50|50|50",
            "Level that raises an alarm: width and height of the moving object, in per cent of the window's.",
        ),
        Param("motionenable", FLAG, "0", "Motion detection in the enabled windows."),
        Param(
            "mddata",
            Rectangles(),
            "|".join(["0,0,0,0,0,50"] * WINDOWS),
            f"Rectangles of the windows in a picture of {WIDTH}x{HEIGHT}, and their sensitivity, 0 to 100.",
        ),
        Param("mddatanormalize", Grid(), "0" * 10, "Additional grid cells of each window."),
    ),
)
