import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.http.digest import (
    LONGEST,
    MD5,
    SHA256,
    BasicCredentials,
    DigestCredentials,
    answer,
    basic_challenge,
    challenge,
    parse,
    secret,
)

RFC7616 = (
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm={algorithm}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
    'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="{response}", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
RFC2617 = (
    'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1"'
)
RFC2069 = (
    'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
SAMPLES = {
    "RFC 7616, MD5": (RFC7616.format(algorithm="MD5", response="8ca523f5e9506fed4657c9700eebdbec"), "Circle of Life"),
    "RFC 7616, SHA-256": (
        RFC7616.format(
            algorithm="SHA-256", response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        ),
        "Circle of Life",
    ),
    "RFC 2617": (RFC2617, "Circle Of Life"),
    "RFC 2069": (RFC2069, "CircleOfLife"),
}
GOOD = SAMPLES["RFC 7616, MD5"][0]


def digest(text: str) -> DigestCredentials:
    sent = parse(text)
    assert isinstance(sent, DigestCredentials)
    return sent


@pytest.mark.parametrize(("text", "password"), SAMPLES.values(), ids=SAMPLES)
def test_the_samples_of_the_standards(text: str, password: str) -> None:
    sent = digest(text)
    assert sent.user == "Mufasa"
    assert answer(sent, "GET", secret(sent.algorithm, "Mufasa", sent.realm, password)) == sent.response
    assert answer(sent, "POST", secret(sent.algorithm, "Mufasa", sent.realm, password)) != sent.response
    assert answer(sent, "GET", secret(sent.algorithm, "Mufasa", sent.realm, "hakuna")) != sent.response


@pytest.mark.parametrize(
    ("text", "user", "password"),
    [
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),  # RFC 7617
        ("basic  dGVzdDoxMjPCow== ", "test", "123£"),
        ("BASIC " + base64.b64encode("test:123£".encode("latin-1")).decode(), "test", "123£"),
        ("Basic Ojo6", "", "::"),
        ("Basic YTo=", "a", ""),
    ],
)
def test_basic(text: str, user: str, password: str) -> None:
    assert parse(text) == BasicCredentials(user, password)


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("algorithm=MD5, ", "", "algorithm", MD5),
        ("algorithm=MD5", 'algorithm="md5"', "algorithm", MD5),
        ("qop=auth", 'qop="auth"', "nc", "00000001"),
        ("nc=00000001", 'nc="0000000A"', "nc", "0000000A"),
        ('uri="/dir/index.html"', 'uri="/a?b=1,2\\"3"', "uri", '/a?b=1,2"3'),
        ('uri="/dir/index.html"', "uri=/cgi/jpg/image.cgi?a=b", "uri", "/cgi/jpg/image.cgi?a=b"),
        ('username="Mufasa"', 'USERNAME = "Mufasa"', "user", "Mufasa"),
        ('username="Mufasa"', 'username=""', "user", ""),
        ('username="Mufasa"', "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe", "user", "Jäsøn Doe"),
        ('username="Mufasa"', "username*=utf-8'en'Mufasa", "user", "Mufasa"),
        ("nc=00000001", "userhash=true, nc=00000001", "hashed", True),
        ("nc=00000001", "userhash=false, nc=00000001", "hashed", False),
        ("8ca523", "8CA523", "response", "8ca523f5e9506fed4657c9700eebdbec"),
        (", ", " ,,\t", "user", "Mufasa"),
        (", ", ",", "user", "Mufasa"),
        ("Digest ", "dIGEST , ", "user", "Mufasa"),
    ],
)
def test_deviations_of_clients_are_accepted(old: str, new: str, field: str, value: object) -> None:
    assert getattr(digest(GOOD.replace(old, new)), field) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Digest",
        "Digest ",
        "Bearer abc",
        "Basic",
        "Basic Zm9v",  # no colon
        "Basic Zm9vOg",  # no padding
        "Basic Zm9vOg==!",
        "Basic Zm9v Og==",
        "Basic ÄÖ",
        "Basic Zm9vOg==" + "A" * LONGEST,
        GOOD.replace("Mufasa", "\x00"),
        GOOD.replace("Mufasa", "a\r\nb"),
        GOOD.replace('"Mufasa"', '"Mufasa'),
        GOOD.replace('"Mufasa"', '"Mufasa" "Simba"'),
        GOOD.replace('"Mufasa"', ""),
        GOOD.replace('"Mufasa"', '"Mufasa"x'),
        GOOD.replace('"Mufasa"', '"Mufasa\\'),
        GOOD + ', username="Simba"',
        GOOD + ', Nonce="x"',
        GOOD + ", username*=UTF-8''Simba",
        GOOD.replace('username="Mufasa"', "username*=latin-1''Mufasa"),
        GOOD.replace('username="Mufasa"', "username*=UTF-8''%ff"),
        GOOD.replace('username="Mufasa"', "username*=UTF-8''a%2"),
        GOOD.replace('username="Mufasa"', "username*=UTF-8''Mufasa, userhash=true"),
        *(
            GOOD.replace(name, "x" + name)
            for name in ("username", "realm", "nonce=", "uri", "response", "nc=", "cnonce")
        ),
        GOOD.replace("qop=auth", "qop=auth-int"),
        GOOD.replace("nc=00000001", "nc=1"),
        GOOD.replace("nc=00000001", "nc=0x000001"),
        GOOD.replace("nc=00000001", "nc=+0000001"),
        GOOD.replace("nc=00000001", "nc=" + "\N{ARABIC-INDIC DIGIT ONE}" * 8),
        GOOD.replace("algorithm=MD5", "algorithm=SHA-256"),  # 32 digits are not enough
        GOOD.replace("algorithm=MD5", "algorithm=MD5-sess"),
        GOOD.replace("algorithm=MD5", "algorithm=none"),
        GOOD.replace("8ca523", "8ca52g"),
        GOOD.replace("8ca523", ""),
        "Digest " + "a=1," * 20,
    ],
)
def test_invalid_logins_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


@given(st.text(max_size=200) | st.text("Basic Digest=\",\\ \tuser'%*nc=qop", max_size=200).map("Digest ".__add__))
def test_any_text_is_a_login_or_a_value_error(text: str) -> None:
    try:
        sent = parse(text)
    except ValueError:
        return
    assert isinstance(sent, BasicCredentials | DigestCredentials)


@given(st.data())
def test_a_login_with_a_changed_character_raises_no_other_error(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    changed = GOOD[:at] + data.draw(st.characters()) + GOOD[at + data.draw(st.integers(0, 3)) :]
    try:
        sent = parse(changed)
    except ValueError:
        return
    if isinstance(sent, DigestCredentials):
        answer(sent, "GET", secret(sent.algorithm, sent.user, sent.realm, "x"))


VALUE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


@given(VALUE, VALUE, VALUE)
def test_quoted_values_are_restored_unchanged(user: str, realm: str, uri: str) -> None:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    text = (
        f"Digest username={quoted(user)},realm={quoted(realm)}, uri={quoted(uri)} ,nonce=n,qop=auth,nc=0000000f,"
        f"cnonce=c,response={'0' * 64},algorithm=SHA-256"
    )
    assert parse(text) == DigestCredentials(user, False, realm, "n", uri, "0" * 64, SHA256, "0000000f", "c")


@given(VALUE)
def test_a_challenge_spells_its_realm_so_that_it_is_understood(realm: str) -> None:
    text = challenge(realm, "abc", SHA256) + f", username=u, uri=/, response={'0' * 64}, nc=00000001, cnonce=c"
    assert digest(text).realm == realm


def test_challenges() -> None:
    assert challenge("Yard", "abc", MD5) == 'Digest realm="Yard", qop="auth", algorithm=MD5, nonce="abc", charset=UTF-8'
    assert challenge("Yard", "abc", SHA256, stale=True).endswith(", stale=true")
    assert basic_challenge('A "B"') == 'Basic realm="A \\"B\\"", charset="UTF-8"'


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", [",", " ,", 'a="', "a=b,", '\\"', "=", "a=", 'a="\\'])
def test_long_rubbish_is_refused(piece: str) -> None:
    text = f"Digest {piece * LONGEST}"[:LONGEST]
    with pytest.raises(ValueError):
        parse(text)
