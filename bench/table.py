"""Result table: each figure with a yardstick of the same run, its goal, and a bar for the ratio."""

from collections.abc import Sequence
from dataclasses import dataclass

BAR = 20
"""Characters of the longest bar, a ratio of 2."""


@dataclass(frozen=True)
class Yardstick:
    """Another value for comparison, measured in the same run, on the same machine, in the same unit."""

    name: str
    value: float


@dataclass(frozen=True)
class Row:
    """One figure. Its goals are ratios to the yardstick, or plain values where it has none."""

    title: str
    value: float
    unit: str = ""
    beside: Yardstick | None = None
    least: float | None = None
    """The goal that must be reached; a maximum where `less` is set."""
    aim: float | None = None
    """A better value to aim for."""
    less: bool = False
    """Whether smaller is better."""

    @property
    def ratio(self) -> float | None:
        return self.value / self.beside.value if self.beside and self.beside.value else None

    @property
    def verdict(self) -> str:
        judged = self.value if self.beside is None else self.ratio
        if self.least is None or judged is None:
            return ""
        goals = (self.least, self.least if self.aim is None else self.aim)
        reached = [self._reached(judged, goal) for goal in goals]
        return "aim" if all(reached) else "ok" if reached[0] else "BELOW"

    def _reached(self, judged: float, goal: float) -> bool:
        return judged <= goal if self.less else judged >= goal

    def cells(self) -> tuple[str, ...]:
        yardstick = f"{self.beside.name} {number(self.beside.value)}" if self.beside else ""
        return (
            self.title,
            f"{number(self.value)} {self.unit}".strip(),
            yardstick,
            "" if self.ratio is None else number(self.ratio),
            self._goal(self.least),
            self._goal(self.aim),
            self.verdict,
            bar(self.ratio),
        )

    def _goal(self, goal: float | None) -> str:
        return "" if goal is None else f"{'<' if self.less else '>'} {number(goal)}"


HEAD = ("figure", "measured", "yardstick of this run", "ratio", "goal", "aim", "", "0         1        2")


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def bar(ratio: float | None) -> str:
    """Draw a ratio: ten characters are 1, an arrow is more than 2."""
    length = 0 if ratio is None else round(ratio * BAR / 2)
    return ("=" * length if length <= BAR else "=" * (BAR - 1) + ">").ljust(BAR)


def text(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as text; the first column is left-aligned, the others right-aligned."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]

    def row(line: Sequence[str]) -> str:
        cells = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
        return "  ".join([line[0].ljust(widths[0]), *cells[1:]]).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([row(lines[0]), rule, *map(row, lines[1:])])
