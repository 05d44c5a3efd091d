"""Error texts: readable, and safe for a log."""

import socket
import ssl

import pytest

from ipcamd.delivery.target.error_text import LONGEST, explain_error, redact


@pytest.mark.parametrize(("error", "words", "away"), [
    (ConnectionRefusedError(), "nothing answers at nas:21", True),
    (ConnectionResetError(), "nas closed the connection", True),
    (BrokenPipeError(), "nas closed the connection", True),
    (EOFError(), "nas closed the connection", True),
    (TimeoutError(), "nas:21 does not answer", True),
    (TimeoutError("no progress for 30 s"), "nas:21 does not answer: no progress for 30 s", True),
    (OSError(113, "No route to host"), "nas:21 cannot be reached: No route to host", True),
    (OSError("no answer from the name server"), "nas:21 cannot be reached: no answer from the name server", True),
    (socket.gaierror(-2, "Name or service not known"), "the host nas is not found", True),
    (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "nas:21 cannot agree with the camera on TLS", False),
    (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "nas closed the connection", True),
    (ValueError("what"), "nas sent an invalid answer", False),
])  # fmt: skip
def test_explain_error(error: Exception, words: str, away: bool) -> None:
    explained = explain_error(error, "nas", 21)
    assert str(explained).startswith(words)
    assert explained.away is away


@pytest.mark.parametrize(("words", "shown"), [
    ("530 No", "530 No"), ("a\r\nb\0c\x1b[31m", "a b c [31m"), ("PASS s3cret!", "PASS ********"),
    ("AUTH czNjcmV0", "AUTH ********"), ("AUTH PLAIN AGNhbQBzM2NyZXQ=?", "AUTH PLAIN ********?"),
    ("530 x AGNhbQBzM2NyZXQ.", "530 x ********."), ("5 Y2Ft", "5 Y2Ft"),
    ("x" * 5000, "x" * (LONGEST - 3) + "..."), ("", ""),
])  # fmt: skip
def test_redact(words: str, shown: str) -> None:
    assert redact(words, "s3cret!" if "!" in words else "s3cret") == shown


def test_nothing_secret_nothing_hidden() -> None:
    assert redact("530 No", "") == "530 No"
