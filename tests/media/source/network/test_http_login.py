"""Logins at other cameras."""

import base64
import hashlib
import re

import pytest

from ipcamd.media.source.network.http_login import authorization
from ipcamd.wire.http.digest import DigestCredentials, answer, parse, secret

MD5 = 'Digest realm="cam", nonce="n1", qop="auth", algorithm=MD5'
SHA = 'Digest realm="cam", qop="auth, auth-int", algorithm=SHA-256, nonce="n2", opaque="o=1,2"'
BASIC = 'Basic realm="cam", charset="UTF-8"'


def fields(challenges: list[str], user: str = "me", password: str = "pass word") -> DigestCredentials:
    text = authorization(challenges, user, password, "GET", "/a?b=c")
    assert text
    login = parse(text)
    assert isinstance(login, DigestCredentials)
    return login


@pytest.mark.parametrize(
    ("challenges", "algorithm"),
    [
        ([MD5], "MD5"),
        ([SHA], "SHA-256"),
        ([SHA, MD5, BASIC], "SHA-256"),
        ([BASIC, MD5, SHA], "SHA-256"),
        ([f"{BASIC}, {MD5}"], "MD5"),
        ([f"{MD5}, {BASIC}"], "MD5"),
        (['Digest realm="cam", nonce="n"'], "MD5"),
        (['digest REALM="cam",NONCE="n",qop=auth,algorithm="md5"'], "MD5"),
        (["Digest algorithm=SHA-512-256, realm=x, nonce=y", MD5], "MD5"),
    ],
)
def test_the_best_login_on_offer_is_taken_and_right(challenges: list[str], algorithm: str) -> None:
    login = fields(challenges)
    assert (login.algorithm, login.user, login.uri) == (algorithm, "me", "/a?b=c")
    assert login.response == answer(login, "GET", secret(algorithm, "me", "cam", "pass word"))


def test_without_qop_it_is_as_in_rfc_2069() -> None:
    login = fields(['Digest realm="cam", nonce="n"'])
    ha1 = hashlib.md5(b"me:cam:pass word").hexdigest()
    ha2 = hashlib.md5(b"GET:/a?b=c").hexdigest()
    assert login.response == hashlib.md5(f"{ha1}:n:{ha2}".encode()).hexdigest()
    assert login.nc == login.cnonce == ""


def test_opaque_is_sent_back_and_each_login_is_fresh() -> None:
    texts = [authorization([SHA], "me", "x", "GET", "/") or "" for _ in range(2)]
    assert all('opaque="o=1,2"' in text for text in texts)
    assert len({re.search('cnonce="([^"]*)"', text)[1] for text in texts}) == 2  # type: ignore[index]


def test_basic_where_nothing_else_is_offered() -> None:
    text = authorization([BASIC], "me", "gehéim:1", "GET", "/")
    assert text
    assert base64.b64decode(text.removeprefix("Basic ")).decode() == "me:gehéim:1"


@pytest.mark.parametrize("challenges", [[], [""], ["Negotiate"], ["Digest algorithm=TOP"], ["Bearer realm=x"]])
def test_unknown_challenges_are_not_answered(challenges: list[str]) -> None:
    assert authorization(challenges, "me", "x", "GET", "/") is None


def test_quotation_marks_in_a_name_stay_in_it() -> None:
    assert fields([MD5], user='a"b\\c').user == 'a"b\\c'
