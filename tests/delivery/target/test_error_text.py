"""What went wrong, for people and fit for a log."""

import socket
import ssl

import pytest

from ipcamd.delivery.target.error_text import LONGEST, clean, explain


@pytest.mark.parametrize(("error", "words", "away"), [
    (ConnectionRefusedError(), "nothing answers at nas:21", True),
    (ConnectionResetError(), "nas broke the connection off", True),
    (BrokenPipeError(), "nas broke the connection off", True),
    (EOFError(), "nas broke the connection off", True),
    (TimeoutError(), "nas:21 does not answer", True),
    (TimeoutError("nothing moved for 30 s"), "nas:21 does not answer: nothing moved for 30 s", True),
    (OSError(113, "No route to host"), "nas:21 cannot be reached: No route to host", True),
    (OSError("no answer from the name server"), "nas:21 cannot be reached: no answer from the name server", True),
    (socket.gaierror(-2, "Name or service not known"), "the host nas is not found", True),
    (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "nas:21 and the camera cannot agree on TLS", False),
    (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "nas broke the connection off", True),
    (ValueError("what"), "nas answered what makes no sense", False),
])  # fmt: skip
def test_explain(error: Exception, words: str, away: bool) -> None:
    explained = explain(error, "nas", 21)
    assert str(explained).startswith(words)
    assert explained.away is away


@pytest.mark.parametrize(("words", "shown"), [
    ("530 No", "530 No"), ("a\r\nb\0c\x1b[31m", "a b c [31m"), ("PASS s3cret!", "PASS ********"),
    ("AUTH czNjcmV0", "AUTH ********"), ("AUTH PLAIN AGNhbQBzM2NyZXQ=?", "AUTH PLAIN ********?"),
    ("530 x AGNhbQBzM2NyZXQ.", "530 x ********."), ("5 Y2Ft", "5 Y2Ft"),
    ("x" * 5000, "x" * (LONGEST - 3) + "..."), ("", ""),
])  # fmt: skip
def test_clean(words: str, shown: str) -> None:
    assert clean(words, "s3cret!" if "!" in words else "s3cret") == shown


def test_nothing_secret_nothing_hidden() -> None:
    assert clean("530 No", "") == "530 No"
