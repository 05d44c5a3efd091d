"""Answers of a webhook's receiver: the pause that it requests."""

from email.message import Message

import pytest

from ipcamd.delivery.webhook.receiver_answer import LONGEST_RETRY_AFTER_S, interpret_answer
from ipcamd.egress.http_call import CallAnswer

NOW = "Mon, 30 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(("asked", "seconds"), [
    ("700", 700),
    ("0", 0),
    ("999999999", LONGEST_RETRY_AFTER_S),
    ("9999999999999999999999", 0),
    ("Mon, 30 Nov 2026 12:02:05 GMT", 125),
    ("Tue, 01 Dec 2026 12:00:00 GMT", LONGEST_RETRY_AFTER_S),
    ("Mon, 30 Nov 2026 11:00:00 GMT", 0),
    ("Mon, 99 Nov 2026 11:00:00 GMT", 0),
    ("Mon, 30 Nov 2026 99999999999999999999:00:00 GMT", 0),
    ("Mon, 30 Nov 2026 12:02:05 +99999999999999", 0),
    ("soon", 0),
    ("-5", 0),
    ("", 0),
])  # fmt: skip
def test_the_pause_is_given_in_seconds_or_as_a_date(asked: str, seconds: int) -> None:
    fields = Message()
    fields["Date"], fields["Retry-After"] = NOW, asked
    assert interpret_answer(CallAnswer(503, fields, b"")).retry_after_s == seconds


@pytest.mark.parametrize("date", [None, "now", ""])
def test_a_date_without_the_receiver_s_clock_requests_no_pause(date: str | None) -> None:
    fields = Message()
    if date is not None:
        fields["Date"] = date
    fields["Retry-After"] = "Mon, 30 Nov 2026 12:02:05 GMT"
    assert interpret_answer(CallAnswer(503, fields, b"")).retry_after_s == 0
