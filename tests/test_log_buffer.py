"""Log buffer: kept and omitted lines."""

import logging

from ipcamd.log_buffer import LINES, MESSAGE_LENGTH, LogBuffer


def record(message: str, level: int = logging.INFO, *values: object) -> logging.LogRecord:
    return logging.LogRecord("ipcamd.test", level, __file__, 1, message, values, None)


def test_the_newest_lines_are_kept_with_their_numbers() -> None:
    buffer = LogBuffer()
    for number in range(LINES + 5):
        buffer.handle(record("line %d", logging.INFO, number))
    kept = buffer.lines()
    assert [kept[0].message, kept[-1].message] == ["line 5", f"line {LINES + 4}"]
    assert [line.number for line in buffer.lines(after=LINES + 3)] == [LINES + 4, LINES + 5]
    assert [line.message for line in buffer.lines(most=2)] == [line.message for line in kept[-2:]]
    assert buffer.lines(after=LINES + 5) == []


def test_lines_are_chosen_by_their_level() -> None:
    buffer = LogBuffer()
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        buffer.handle(record(logging.getLevelName(level), level))
    assert [line.message for line in buffer.lines(least_level=logging.WARNING)] == ["WARNING", "ERROR"]


def test_a_long_message_is_cut_and_a_wrong_one_left_out() -> None:
    buffer, raises = LogBuffer(), logging.raiseExceptions
    logging.raiseExceptions = False
    buffer.handle(record("x" * 100_000))
    buffer.handle(record("%d", logging.INFO, "no number"))
    logging.raiseExceptions = raises
    (line,) = buffer.lines()
    assert line.message == "x" * MESSAGE_LENGTH + "..."
