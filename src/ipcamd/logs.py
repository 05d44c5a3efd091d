"""Log output on standard error, as text or JSON; it contains no secrets."""

import json
import logging
import math
import os
import select
import sys
import time
from collections.abc import Callable

SUMMARY_S = 60.0
"""Seconds between two lines of a `SummaryLog`."""
_UNBLOCKED_BYTES = select.PIPE_BUF
"""Bytes that a pipe accepts at once when ``poll`` reports it writable."""


class SummaryLog:
    """Log of one kind of line that clients can cause in any number: at most one line a minute, with the number of
    omitted ones."""

    def __init__(self, logger: logging.Logger, level: int, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` returns monotonic seconds. `level` is a level of the ``logging`` module."""
        self._logger = logger
        self._level = level
        self._now_s = now_s
        self._next_s = -math.inf
        self._left_out = 0

    def __call__(self, message: str, *values: object, error: BaseException | None = None) -> None:
        """Write the line, with the traceback of `error`, or count it."""
        if self._now_s() < self._next_s:
            self._left_out += 1
            return
        more = f" ({self._left_out} more such lines were left out before)" if self._left_out else ""
        self._logger.log(self._level, message + "%s", *values, more, exc_info=error)
        self._next_s, self._left_out = self._now_s() + SUMMARY_S, 0


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "part": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _Lines(logging.Handler):
    """Writes each line at once, or drops and counts it if that would block because the pipe is not read.

    A stream would keep data that a full disk refuses, and fail again at exit, with Python's own exit code.
    """

    def __init__(self) -> None:
        super().__init__()
        self._dropped = 0
        self._is_cut = False
        """Whether the last line was cut off."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n"
            if self._dropped:
                line = f"({self._dropped} log lines were dropped: standard error was not read)\n{line}"
            written = self._write(("\n" if self._is_cut else "") + line)
            self._dropped = 0 if written else self._dropped + 1
        except Exception:  # it may be closed or full
            self.handleError(record)

    def _write(self, text: str) -> bool:
        """Write as much of a text as possible without blocking; return whether that was all."""
        data, fd = text.encode(errors="backslashreplace"), sys.stderr.fileno()
        poll = select.poll()
        poll.register(fd, select.POLLOUT)
        for start in range(0, len(data), _UNBLOCKED_BYTES):
            if not poll.poll(0):
                self._is_cut |= start > 0
                return False
            os.write(fd, data[start : start + _UNBLOCKED_BYTES])
        self._is_cut = False
        return True


def start(level: str, form: str, *others: logging.Handler) -> None:
    """Log to standard error, and to `others`: `level` debug to error, `form` text or json."""
    handler = _Lines()
    text = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    text.converter = time.gmtime
    handler.setFormatter(_Json() if form == "json" else text)
    # a failing log (closed, full) is no reason to stop or to print tracebacks
    logging.raiseExceptions = False
    logging.basicConfig(level=level.upper(), handlers=[handler, *others], force=True)
