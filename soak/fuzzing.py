"""Fuzzing: damaged inputs for each parser of received data, on all cores."""

from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.wire.fuzzer import Fuzzer
from tests.wire.parsers import MESSAGES, STREAMS

from soak.report import Progress, Row

PORTION = 20_000
"""Runs in one task of a process."""


def run(runs: int) -> list[Row]:
    """Make this number of runs of each parser; return the result."""
    names, broken, done = [*STREAMS, *MESSAGES], dict[str, str](), 0
    progress = Progress("fuzzing", runs * len(names))
    with ProcessPoolExecutor() as pool:
        tasks = {
            pool.submit(fuzz, name, first, min(PORTION, runs - first)): name
            for first in range(0, runs, PORTION)
            for name in names
        }
        for task in as_completed(tasks):
            if words := task.result():
                broken.setdefault(tasks[task], words)
            done += min(PORTION, runs)
            progress(min(done, runs * len(names)), f"{len(broken)} broken")
    result = "; ".join(broken.values()) or f"{len(names)} parsers, none broke"
    return [Row(f"fuzzing, {runs:,} runs of each", result, "0 broken in 1,000,000", _passed(bool(broken), runs))]


def fuzz(name: str, first: int, count: int) -> str:
    """Make these runs; return the failure, or ""."""
    try:
        Fuzzer(name).run(first, count)
    except AssertionError as error:
        return str(error)
    return ""


def _passed(is_broken: bool, runs: int) -> bool | None:
    if is_broken:
        return False
    return True if runs >= 1_000_000 else None
