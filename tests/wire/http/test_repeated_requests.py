"""Requests that a client repeats: parsed once, and they mean the same each time."""

import pytest
from tests.wire.http.parsing import GET, POST, joined, run

from ipcamd.wire.http.message import END, Head, RequestParser

REQUESTS = [
    b"GET /x?a=1 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /x?a=1 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /x?a=1 HTTP/1.1\r\nHost: ab\r\n\r\n",
    b"GET /x?a=1 HTTP/1.1\r\nHost: ab\r\nX: 1\r\n\r\n",
    POST + b"Content-Length: 1\r\n\r\nz",
    POST + b"Content-Length: 1\r\n\r\nz",
    POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n",
    b"\r\nGET /x?a=1 HTTP/1.1\r\nHost: ab\r\nX: 1\r\n\r\n",
    b"GET /x?a=1 HTTP/1.1\r\nHost: ab\r\nX: 1\r\n\r\n",
    GET + b"X: " + b"a" * 2000 + b"\r\n\r\n",
    GET + b"X: " + b"a" * 2000 + b"\r\n\r\n",
]


@pytest.mark.parametrize("step", [0, 1, 7])
def test_a_request_that_is_repeated_means_the_same_each_time(step: int) -> None:
    events, status = run(b"".join(REQUESTS), step)
    alone = [event for request in REQUESTS for event in joined(run(request)[0])]
    assert (joined(events), status) == (alone, 0)


def test_a_client_that_repeats_itself_is_parsed_once() -> None:
    parser = RequestParser()
    parser.receive(POST + b"Content-Length: 1\r\n\r\na" + POST + b"Content-Length: 1\r\n\r\nb")
    head, *first, again = (parser.next_event() for _ in range(4))
    assert again is head
    assert first == [b"a", END]
    assert [parser.next_event() for _ in range(2)] == [b"b", END]


def test_the_parameters_of_a_repeated_request_are_decoded_once() -> None:
    parser = RequestParser()
    found = []
    for request in REQUESTS[:2]:
        parser.receive(request)
        found.append(parser.next_event())
    assert found[0] is found[1]
    assert isinstance(found[0], Head)
    assert found[0].parameters is found[0].parameters
    assert found[0].parameters.pairs == (("a", "1"),)
