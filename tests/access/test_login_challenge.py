"""Responses to missing and invalid logins."""

import pytest

from ipcamd.access.login_challenge import login_error
from ipcamd.access.login_result import LoginRefusal, Reason


def test_challenges_suit_clients_that_look_at_the_first_or_the_last_alone_and_those_that_choose() -> None:
    error = login_error(LoginRefusal(Reason.MISSING, "Yard", "n", 1.5))
    fields = [value for name, value in error.headers if name == "WWW-Authenticate"]
    assert (error.status, error.delay_s) == (401, 1.5)
    assert fields == [
        'Digest realm="Yard", qop="auth", algorithm=MD5, nonce="n", charset=UTF-8',
        'Digest realm="Yard", qop="auth", algorithm=SHA-256, nonce="n", charset=UTF-8',
        'Digest realm="Yard", qop="auth", algorithm=MD5, nonce="n", charset=UTF-8',
        'Basic realm="Yard", charset="UTF-8"',
    ]


@pytest.mark.parametrize("reason", [Reason.MISSING, Reason.WRONG, Reason.STALE])
def test_only_a_stale_nonce_is_reported_as_stale(reason: Reason) -> None:
    error = login_error(LoginRefusal(reason, "Yard", "n"))
    assert [", stale=true" in value for _, value in error.headers] == [reason is Reason.STALE] * 3 + [False]
    assert error.message == "a login is needed"


def test_other_refusals_have_no_challenge() -> None:
    throttled = login_error(LoginRefusal(Reason.THROTTLED, retry_after_s=10))
    assert (throttled.status, throttled.headers) == (429, (("Retry-After", "10"),))
    other = login_error(LoginRefusal(Reason.OTHER_URI))
    assert (other.status, other.headers) == (400, ())
    assert "X-Forwarded-Prefix" in other.message
