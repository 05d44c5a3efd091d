"""Log buffer: the newest lines of the process log, in memory."""

import logging
from collections import deque
from collections.abc import Iterator
from itertools import count, islice
from typing import NamedTuple

LINES = 2000
"""Number of stored lines."""
MESSAGE_LENGTH = 2000
"""Maximum number of characters of one message, including its traceback."""


class LogLine(NamedTuple):
    """One line of the log."""

    number: int
    """Sequence number in the process, from 1."""
    time_s: float
    """Seconds since the epoch, by the host's clock."""
    level: int
    """As ``logging`` numbers it: 20 is info, 30 a warning, 40 an error."""
    part: str
    """Module that wrote the line."""
    message: str


class LogBuffer(logging.Handler):
    """Keeps the newest lines. Any thread may write and read."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[LogLine] = deque(maxlen=LINES)
        self._numbers = count(1)
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Store a line. `logging` calls this with the handler's lock."""
        try:
            message = self.format(record)
        except Exception:  # a wrong format string must not break the caller
            self.handleError(record)
            return
        if len(message) > MESSAGE_LENGTH:
            message = message[:MESSAGE_LENGTH] + "..."
        self._lines.append(LogLine(next(self._numbers), record.created, record.levelno, record.name, message))

    def lines(self, after: int = 0, least_level: int = logging.NOTSET, most: int = LINES) -> list[LogLine]:
        """Return the newest `most` lines with a number above `after` and at least this severity, oldest first."""
        return list(islice(self._matching(after, least_level), most))[::-1]

    def _matching(self, after: int, least_level: int) -> Iterator[LogLine]:
        """Yield lines, newest first."""
        self.acquire()
        try:
            kept = tuple(self._lines)
        finally:
            self.release()
        for line in reversed(kept):
            if line.number <= after:
                return
            if line.level >= least_level:
                yield line
