"""Log lines: summaries, and a reader of standard error that does not read."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress

import pytest

from ipcamd.logs import SummaryLog, start

_log = logging.getLogger("ipcamd.test")


def test_a_line_is_written_once_a_minute_with_the_number_left_out(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    note = SummaryLog(_log, logging.WARNING, lambda: now)
    for number in range(1000):
        note("client %d failed", number)
    assert caplog.messages == ["client 0 failed"]
    now = 60.0
    note("client %d failed", 1000, error=ValueError("odd"))
    assert caplog.messages[1] == "client 1000 failed (999 more such lines were left out before)"
    assert "ValueError: odd" in caplog.text
    now = 120.0
    note("client %d failed", 1001)
    assert caplog.messages[2:] == ["client 1001 failed"]


@contextmanager
def logging_into_a_pipe() -> Iterator[int]:
    """Give the reading end of a pipe that is standard error."""
    reading, writing = os.pipe()
    handlers, level = logging.root.handlers[:], logging.root.level
    with os.fdopen(writing, "w") as end, redirect_stderr(end), os.fdopen(reading, "rb"):
        start("info", "text")
        yield reading
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def read_all(pipe: int) -> list[str]:
    """Return the lines that wait in a pipe."""
    os.set_blocking(pipe, False)
    data = b""
    with suppress(BlockingIOError):
        while piece := os.read(pipe, 1 << 16):
            data += piece
    return data.decode().splitlines()


@pytest.mark.parametrize("length", [100, 30_000])
def test_a_full_pipe_drops_and_counts_lines_and_blocks_nothing(length: int) -> None:
    with logging_into_a_pipe() as pipe:
        for number in range(2000):
            _log.info("line %d %s", number, "x" * length)
        complete = [line for line in read_all(pipe) if line.endswith(" " + "x" * length)]
        _log.info("it is read again")
        dropped, after = read_all(pipe)[-2:]
        _log.info("as usual")
        assert len(read_all(pipe)) == 1
    assert complete
    assert dropped == f"({2000 - len(complete)} log lines were dropped: standard error was not read)"
    assert after.endswith("it is read again")
