"""Every wait of a test is long enough for a slow machine. A wait ends when its condition is true, so
a long limit costs nothing. Waits in which nothing is expected to come last a tenth of a second at most."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NOTHING_COMES_S, PATIENCE_S = 0.1, 20
WAITS = {"wait_for": 1, "timeout": 0, "wait": 0, "join": 0, "settimeout": 0, "create_connection": 1}
"""Functions that wait, and the place of the seconds among their arguments."""
OTHERS = {"ticker", "path", "os"}
"""Objects whose methods of these names do something else: the source's ticker waits by a clock of the test."""
NAMES = {"WAIT", "PATIENCE"}
"""Constants of tests that hold seconds of patience."""


def seconds(node: ast.AST) -> Iterator[tuple[int, float]]:
    """Give line and length of each wait that is written in this node."""
    given: list[ast.expr] = []
    if isinstance(node, ast.Call):
        given = [keyword.value for keyword in node.keywords if keyword.arg == "timeout"]
        if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") not in OTHERS:
            place = WAITS.get(node.func.attr, len(node.args))
            given += node.args[place : place + 1]
            if node.func.attr == "to_thread" and isinstance(node.args[0], ast.Attribute):
                given += node.args[1:] if node.args[0].attr in WAITS else []
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in NAMES:
        given = [node.value]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
            yield node.lineno, value.value  # type: ignore[attr-defined]


def impatient(text: str) -> list[int]:
    """Return the lines of waits that are too short to be sure and too long for nothing."""
    found = (pair for node in ast.walk(ast.parse(text)) for pair in seconds(node))
    return [line for line, length in found if NOTHING_COMES_S < length < PATIENCE_S]


def test_every_wait_has_patience() -> None:
    found = {str(path.relative_to(TESTS)): impatient(path.read_text()) for path in sorted(TESTS.rglob("*.py"))}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "asyncio.wait_for(come.wait(), 5)",
        "asyncio.timeout(5)",
        "thread.join(5)",
        "asyncio.to_thread(thread.join, 5)",
        "socket.create_connection(place, 5)",
        "queue.get(timeout=1)",
        "sock.settimeout(1)",
        "WAIT = 5.0",
    ],
)
def test_a_wait_without_patience_is_found(line: str) -> None:
    assert impatient(line) == [1]
