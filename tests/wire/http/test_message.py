"""The request parser, by tables; each row is also fed one byte at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.http.parsing import GET, POST, joined, run

from ipcamd.wire.http.message import END, FIELDS_COUNT, FIELDS_LIMIT, LINE_LIMIT, Head, RequestParser, response


def head(data: bytes) -> Head:
    events, status = run(data)
    assert status == 0
    assert isinstance(events[0], Head)
    byte_wise, status = run(data, 1)
    assert (byte_wise[:1], status) == (events[:1], 0)
    return events[0]


@pytest.mark.parametrize(
    ("line", "method", "path", "query"),
    [
        (b"GET / HTTP/1.1", "GET", "/", ""),
        (b"get /cgi/jpg/image.cgi HTTP/1.0", "GET", "/cgi/jpg/image.cgi", ""),
        (b"GET  /x  HTTP/1.1", "GET", "/x", ""),
        (b"GET /x HTTP/1.1  ", "GET", "/x", ""),
        (b"GET /x HTTP/1.9", "GET", "/x", ""),
        (b"GET /setup.cgi?a=1?b=2 HTTP/1.1", "GET", "/setup.cgi", "a=1?b=2"),
        (b"GET /x? HTTP/1.1", "GET", "/x", ""),
        (b"GET /x?name=my camera  2 HTTP/1.1", "GET", "/x", "name=my camera  2"),
        (b"GET /x?name=B\xc3\xbcro HTTP/1.1", "GET", "/x", "name=B\xc3\xbcro"),
        (b"GET /x?a=|,:/%zz HTTP/1.1", "GET", "/x", "a=|,:/%zz"),
        (b"GET /%63gi/A%2e.b HTTP/1.1", "GET", "/cgi/A..b", ""),
        (b"GET /%c3%bc HTTP/1.1", "GET", "/ü", ""),
        (b"GET /\xc3\xbc HTTP/1.1", "GET", "/ü", ""),
        (b"GET /..%252fadmin HTTP/1.1", "GET", "/..%2fadmin", ""),
        (b"GET /a.b/... HTTP/1.1", "GET", "/a.b/...", ""),
        (b"GET //cgi///x//?a=//b HTTP/1.1", "GET", "/cgi/x/", "a=//b"),
        (b"GET http://camera//%2fx HTTP/1.1", "GET", "/x", ""),
        (b"GET http://camera:8080/x?a=1 HTTP/1.1", "GET", "/x", "a=1"),
        (b"GET HTTP://camera HTTP/1.1", "GET", "/", ""),
        (b"GET http://camera?a HTTP/1.1", "GET", "/", "a"),
        (b"PROPFIND /x HTTP/1.1", "PROPFIND", "/x", ""),
    ],
)
def test_request_line(line: bytes, method: str, path: str, query: str) -> None:
    parsed = head(line + b"\r\n\r\n")
    assert (parsed.method, parsed.path, parsed.query) == (method, path, query)


@pytest.mark.parametrize("blank", [b"\r\n", b"\n", b"\n\n\r\n"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_line_ends_and_blank_lines_before(blank: bytes, end: bytes) -> None:
    parsed = head(blank + b"GET /x HTTP/1.1" + end + b"A:1" + end + b"B: 2" + b"\r\n" + end)
    assert dict(parsed.fields) == {"a": "1", "b": "2"}


def test_no_fields_at_all() -> None:
    assert head(b"GET /x HTTP/1.0\r\n\r\n").fields == {}


def test_fields_are_trimmed_joined_and_lower_case() -> None:
    parsed = head(GET + b"Accept: a \t\r\nACCEPT:\tb\r\nX:\r\nName: B\xfcro: x\r\n\r\n")
    assert parsed.fields == {"accept": "a, b", "x": "", "name": "B\xfcro: x"}


def test_the_authority_of_an_absolute_uri_is_the_host() -> None:
    parsed = head(b"GET http://one:1/x HTTP/1.1\r\nHost: two\r\n\r\n")
    assert parsed.fields["host"] == "one:1"
    assert parsed.target == "http://one:1/x"


@pytest.mark.parametrize(
    ("version", "connection", "stays"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: Close\r\n", False),
        (b"1.1", b"Connection: keep-alive, close\r\n", False),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: Keep-Alive\r\n", True),
        (b"1.0", b"Connection: keep-alive, close\r\n", False),
    ],
)
def test_keep_alive(version: bytes, connection: bytes, stays: bool) -> None:
    assert head(b"GET / HTTP/" + version + b"\r\n" + connection + b"\r\n").keep_alive is stays


BAD_LINES = [
    b"GET /",
    b"GET",
    b"GET / ",
    b"GET / HTTP",
    b"GET / HTTP/2.0",
    b"GET / HTTP/0.9",
    b"GET / http/1.1",
    b"GET / HTTP/1.1x",
    b"GET / HTTP/1.\xd9\xa1",
    b"GET / HTTP/1.10",
    b"PRI * HTTP/2.0",
    b"OPTIONS * HTTP/1.1",
    b"CONNECT camera:80 HTTP/1.1",
    b"GET x HTTP/1.1",
    b"GET  HTTP/1.1",
    b"GET ?a HTTP/1.1",
    b"G(T / HTTP/1.1",
    b"G\xcbT / HTTP/1.1",
    b"GET\t/ HTTP/1.1",
    b"GET /\tx HTTP/1.1",
    b"GET /\rx HTTP/1.1",
    b"GET /?a=\x00 HTTP/1.1",
    b"GET /?a=\x7f HTTP/1.1",
    b"GET /a b HTTP/1.1",
    b"GET /\x00 HTTP/1.1",
    b"GET /%00 HTTP/1.1",
    b"GET /x%0d%0aA:b HTTP/1.1",
    b"GET /.. HTTP/1.1",
    b"GET /. HTTP/1.1",
    b"GET /a/../b HTTP/1.1",
    b"GET /a/./b HTTP/1.1",
    b"GET /cgi/jpg/..%2fadmin/ HTTP/1.1",
    b"GET /cgi/%2e%2e/admin HTTP/1.1",
    b"GET /cgi/.%2E/admin HTTP/1.1",
    b"GET /..%5cadmin HTTP/1.1",
    b"GET /..\\admin HTTP/1.1",
    b"GET /%zz HTTP/1.1",
    b"GET /% HTTP/1.1",
    b"GET /%f HTTP/1.1",
    b"GET /%ff HTTP/1.1",
    b"GET /%c0%af HTTP/1.1",
    b"GET /%u0041 HTTP/1.1",
    b"GET /\xff HTTP/1.1",
    b"GET http:/x HTTP/1.1",
    b"GET http:// HTTP/1.1",
    b"GET ftp://camera/ HTTP/1.1",
    b"GET http://user@camera/ HTTP/1.1",
    b"GET http://a\\b/ HTTP/1.1",
    b"A" * 40 + b" / HTTP/1.1",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x00",
]
BAD_FIELDS = [
    b"A : b",
    b" A: b",
    b"A: b\r\n folded",
    b"A: b\r\n\tfolded",
    b"A",
    b": b",
    b"A\x00: b",
    b"A: b\x00",
    b"A: b\rc",
    b"A: \x0b",
    b"A(: b",
    b"\xff: b",
    b"Host: a\r\nHost: a",
    b"Content-Length: 1\r\nContent-Length: 2",
    b"Content-Length: 1\r\nContent-Length: 1",
    b"Content-Length: 1, 1",
    b"Content-Length: +0",
    b"Content-Length: -1",
    b"Content-Length: 1_0",
    b"Content-Length: 0x5",
    b"Content-Length: 1 2",
    b"Content-Length: \xb2",
    b"Content-Length:",
    b"Content-Length : 5",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5",
    b"Transfer-Encoding: gzip",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: chunked, identity",
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: \x0bchunked",
    b'Transfer-Encoding: "chunked"',
    b"Transfer-Encoding:",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding : chunked",
]


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("line", BAD_LINES)
def test_bad_request_lines(line: bytes, step: int) -> None:
    assert run(line + b"\r\n\r\n", step) == ([], 400)


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("fields", BAD_FIELDS)
def test_bad_fields(fields: bytes, step: int) -> None:
    assert run(POST + fields + b"\r\n\r\n", step) == ([], 400)


def test_a_bad_line_is_refused_before_the_fields_come() -> None:
    assert run(b"GET /\r\n") == ([], 400)
    assert run(b"\x16\x03\x01") == ([], 400)


def test_chunked_needs_http_1_1() -> None:
    assert run(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == ([], 400)


def target(length: int) -> bytes:
    return b"GET /" + b"x" * (length - 14) + b" HTTP/1.1"


LONG = b"x" * (LINE_LIMIT + 1)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (target(LINE_LIMIT) + b"\n\r\n", 0),
        (target(LINE_LIMIT + 1) + b"\n\r\n", 414),
        (b"GET /" + b"x" * 70_000, 414),
        (b"\r\n" * LINE_LIMIT, 400),
        (GET + b"A: 1\r\n" * FIELDS_COUNT + b"\r\n", 0),
        (GET + b"A: 1\r\n" * (FIELDS_COUNT + 1) + b"\r\n", 431),
        (GET + b"A:" + LONG + b"\r\n\r\n", 431),
        (GET + LONG + b":A\r\n\r\n", 431),
        (GET + b"A: " + b"x" * FIELDS_LIMIT, 431),
        (GET + b"A: 1\r\n" * 5000 + b"\r\n", 431),
        (POST + b"Content-Length: " + b"9" * 15 + b"\r\n\r\n", 0),
        (POST + b"Content-Length: " + b"9" * 16 + b"\r\n\r\n", 413),
        (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
    ],
)
def test_limits(data: bytes, status: int) -> None:
    assert run(data)[1] == status
    assert run(data, 997)[1] == status


@pytest.mark.parametrize("step", [0, 1, 3])
def test_bodies_and_pipelining(step: int) -> None:
    data = (
        POST + b"Content-Length: 5\r\n\r\nhello"
        b"\r\n" + POST + b"Transfer-Encoding: Chunked\r\n\r\n"
        b"3\r\nabc\r\n00002;name=\"v\"\r\nde\r\n0\r\n\r\n" + GET + b"\r\n"
    )  # fmt: skip
    events, status = run(data, step)
    assert status == 0
    first, body, end, second, chunks, end2, third = joined(events)
    assert (body, end, chunks, end2) == (b"hello", END, b"abcde", END)
    assert [h.length for h in (first, second, third) if isinstance(h, Head)] == [5, None, 0]


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize(
    "chunks",
    [
        b"x\r\n",
        b"\r\n",
        b"-1\r\n",
        b"0x5\r\nhello\r\n",
        b"5_0\r\n",
        b" 5\r\nhello\r\n",
        b"5\nhello\r\n" + b"0" * 300,
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhelloX\r\n",
        b"5\r\nhello\r\r\n",
        b"000000005\r\nhello\r\n",
        b"fffffffff\r\n",
        b"5;a=\x00\r\nhello\r\n",
        b"0\r\nX: trailer\r\n\r\n",
        b"0\r\n\n",
        b"5;" + b"x" * 300 + b"\r\n",
    ],
)
def test_bad_chunks(chunks: bytes, step: int) -> None:
    events, status = run(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, step)
    assert status == 400
    assert END not in events


def test_until_close() -> None:
    parser = RequestParser()
    parser.receive(POST + b"\r\nGET / ")
    assert isinstance(parser.next_event(), Head)
    parser.until_close()
    assert parser.next_event() == b"GET / "
    assert parser.next_event() is None
    parser.receive(b"HTTP/1.1\r\n\r\n")
    assert parser.next_event() == b"HTTP/1.1\r\n\r\n"


def test_pending() -> None:
    parser = RequestParser()
    parser.receive(GET + b"\r\n" + GET)
    parser.next_event()
    assert parser.pending
    assert parser.next_event() is None
    parser.receive(b"\r\n\r\n")
    assert isinstance(parser.next_event(), Head)
    assert parser.next_event() is None
    assert not parser.pending


def test_response() -> None:
    assert response(200, [("Content-Length", "2")]) == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    assert response(299, []) == b"HTTP/1.1 299 Unknown\r\n\r\n"


@pytest.mark.parametrize("evil", ["a\r\nSet-Cookie: x", "a\nb", "a\rb"])
def test_no_field_is_injected(evil: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        response(200, [("Location", evil)])
    with pytest.raises(ValueError, match="line break"):
        response(200, [(evil, "x")])


PIECES = st.sampled_from(
    [
        b"GET ", b"POST ", b"/", b"x", b"?", b"%2e", b"..", b" HTTP/1.1", b"\r\n", b"\n", b"\r", b":", b" ", b"\t",
        b"Content-Length: 3", b"Transfer-Encoding: chunked", b"Host: a", b"3\r\nabc\r\n", b"0\r\n\r\n", b"\x00",
        GET, POST, b"\r\n\r\n", b"\xff",
    ]
)  # fmt: skip
JUNK = st.lists(PIECES | st.binary(max_size=4), max_size=30).map(b"".join)


@given(JUNK, st.integers(1, 7))
def test_any_bytes_in_any_pieces_mean_the_same(data: bytes, step: int) -> None:
    whole, status = run(data)
    pieces, other = run(data, step)
    assert (joined(pieces), other) == (joined(whole), status)
    assert status in {0, 400, 413, 414, 431}


@given(JUNK)
def test_accepted_requests_are_safe(data: bytes) -> None:
    for event in run(b"GET /" + data)[0]:
        if isinstance(event, Head):
            assert event.path.startswith("/")
            assert {".", ".."}.isdisjoint(event.path.split("/"))
            assert not any(ord(c) < 0x20 or ord(c) == 0x7F for c in event.path + event.query)
            assert not any("\r" in value or "\n" in value or "\x00" in value for value in event.fields.values())
