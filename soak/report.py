"""Report of the long runs: one row for each pass criterion."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WIDTH = 40
"""Characters of a progress bar."""


@dataclass(frozen=True)
class Row:
    """One result."""

    run: str
    result: str
    criterion: str
    passed: bool | None
    """None: the run was impossible here, or shorter than the criterion requires."""


class Progress:
    """Progress bar on standard error."""

    def __init__(self, name: str, total: float) -> None:
        self._name, self._total, self._shown_at = name, total, 0.0

    def __call__(self, done: float, words: str = "") -> None:
        """Show this part of the total as done."""
        now = time.monotonic()
        if now < self._shown_at + 0.2 and done < self._total:
            return
        self._shown_at = now
        filled = int(WIDTH * min(1.0, done / self._total))
        bar = "#" * filled + "." * (WIDTH - filled)
        end = "\n" if done >= self._total else "\r"
        print(
            f"{self._name:12} [{bar}] {done:,.0f} of {self._total:,.0f} {words:40}",
            end=end,
            file=sys.stderr,
            flush=True,
        )


def write(path: Path, rows: Sequence[Row], about: str) -> None:
    """Write the rows as a Markdown page."""
    words = {True: "passed", False: "**failed**", None: "not proved here"}
    table = [f"| {row.run} | {row.result} | {row.criterion} | {words[row.passed]} |" for row in rows]
    head = [
        "# Soak report",
        "",
        "Last run of `make soak`. [reliability.md](reliability.md) lists the faults and their tests.",
        "",
    ]
    lines = [*head, about, "", "| run | result | pass criterion | |", "|---|---|---|---|", *table]
    path.write_text("\n".join(lines) + "\n")
