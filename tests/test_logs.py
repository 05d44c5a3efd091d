import logging

import pytest

from ipcamd.logs import SummaryLog

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
