"""Tables for a person to read."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure beside its goal; a figure without a goal is for information."""

    what: str
    value: float
    least: float | None = None
    """The goal's "at least"."""
    aim: float | None = None
    unit: str = ""
    less: bool = False
    """Smaller is better."""

    @property
    def verdict(self) -> str:
        if self.least is None or self.aim is None:
            return ""
        reached = [self.value <= goal if self.less else self.value >= goal for goal in (self.least, self.aim)]
        return "aim" if all(reached) else "ok" if reached[0] else "BELOW"

    def cells(self) -> tuple[str, ...]:
        goals = ["" if goal is None else number(goal) for goal in (self.least, self.aim)]
        return (self.what, f"{number(self.value)} {self.unit}".strip(), *goals, self.verdict)


HEAD = ("what", "measured", "at least", "aim", "")


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def text(lines: Sequence[Sequence[str]]) -> str:
    """Lay out lines of cells; the first column to the left, the others to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]

    def row(line: Sequence[str]) -> str:
        cells = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
        return "  ".join([line[0].ljust(widths[0]), *cells[1:]]).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([row(lines[0]), rule, *map(row, lines[1:])])
