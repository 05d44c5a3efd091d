"""No test asserts a measured duration: it would fail on a busy machine. Such figures belong to `bench/`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ELAPSED = {"monotonic", "perf_counter", "process_time", "thread_time"}
"""Clocks of the `time` module that tell nothing but how long something took."""
WALL = {"time"}
"""`time.time` and an event loop's `time`: a moment may be compared with a time stamp, but not with another moment."""


def reading(node: ast.AST) -> str:
    """Return the name of the clock that this expression reads, or nothing."""
    if not isinstance(node, ast.Call) or node.args:
        return ""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    name = name.removesuffix("_ns")
    return name if name in ELAPSED or (name in WALL and isinstance(node.func, ast.Attribute)) else ""


def mentions(node: ast.AST, names: set[str]) -> bool:
    """Tell whether an expression reads a clock or uses one of these names."""
    return any(reading(part) or (isinstance(part, ast.Name) and part.id in names) for part in ast.walk(node))


def moments(function: ast.AST) -> set[str]:
    """Return the variables of a function that contain readings of a clock."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and mentions(node.value, set()):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def durations(function: ast.AST) -> Iterator[ast.AST]:
    """Give each expression that is the time between two readings, and each reading of a clock that has no other use."""
    names = moments(function)
    for node in ast.walk(function):
        two = (node.left, node.right) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) else ()
        if reading(node) in ELAPSED or (two and all(mentions(side, names) for side in two)):
            yield node


def kept(function: ast.AST, spans: set[int]) -> set[str]:
    """Return the variables that hold durations: assigned, or a list that they were appended to."""
    found: set[str] = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign | ast.Call) or not any(id(part) in spans for part in ast.walk(node)):
            continue
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            found |= {part.id for part in ast.walk(node.func.value) if isinstance(part, ast.Name)}
    return found


def asserted(function: ast.AST) -> list[int]:
    """Return the lines of assertions on a duration: written in the assertion, or kept in a variable before."""
    spans = {id(node) for node in durations(function)}
    names = kept(function, spans)
    return [
        node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Assert)
        and any(id(part) in spans or (isinstance(part, ast.Name) and part.id in names) for part in ast.walk(node.test))
    ]


def offences(text: str) -> list[int]:
    if not re.search(rf"\b({'|'.join(ELAPSED | WALL)})(_ns)?\(", text):
        return []
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return sorted({line for function in functions for line in asserted(function)})


def test_no_test_asserts_how_long_something_took() -> None:
    found = {str(path.relative_to(TESTS)): offences(path.read_text()) for path in sorted(TESTS.rglob("*.py"))}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "body",
    [
        "begun = time.monotonic()\n    work()\n    assert time.monotonic() - begun < 3",
        "begun = loop.time()\n    work()\n    assert loop.time() - begun < 3",
        "begun = time.time()\n    work()\n    took = time.time() - begun\n    assert took < 3",
        "begun = process_time()\n    costs.append(process_time() - begun)\n    assert median(costs) < 3",
    ],
)
def test_a_duration_in_an_assertion_is_found(body: str) -> None:
    assert len(offences(f"def test_it():\n    {body}\n")) == 1


def test_a_time_stamp_may_be_compared_with_the_clock() -> None:
    assert offences("def test_it():\n    now = time.time()\n    assert abs(stamp() - now) < 5\n") == []
