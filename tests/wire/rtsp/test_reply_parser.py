"""Reply parser: replies and packets that a client reads."""

import pytest

from ipcamd.wire.rtsp.message import interleave
from ipcamd.wire.rtsp.reply_parser import MOST_BODY_BYTES, ServerMessage, ServerParser

STREAM = (
    b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 3\r\n\r\nv=0"
    + interleave(1, [b"", b"\r\n$"])
    + b"\r\nOPTIONS * RTSP/1.0\nCSeq: 1\n\n"
    + b"RTSP/1.0 401\r\nWWW-Authenticate: Basic\r\nwww-authenticate: Digest\r\n\r\n"
)
MESSAGES = [
    ServerMessage(200, "OK", (("cseq", "2"), ("content-length", "3")), b"v=0"),
    ServerMessage(0, "OPTIONS", (("cseq", "1"),)),
    ServerMessage(401, "", (("www-authenticate", "Basic"), ("www-authenticate", "Digest"))),
]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_messages_and_packets_are_found_however_they_are_cut(size: int) -> None:
    parser, packets = ServerParser(), list[tuple[int, bytes]]()
    for at in range(0, len(STREAM), size):
        packets += parser.feed(STREAM[at : at + size])
    assert packets == [(1, b""), (1, b"\r\n$")]
    assert parser.messages == MESSAGES


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", "does not speak RTSP"),
        (b"RTSP/1.0 200 OK\r\nA: \x00\r\n\r\n", "malformed head"),
        (b"RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n", "no clear length"),
        (b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % (MOST_BODY_BYTES + 1), "body that is too long"),
        (b"R" * 70_000, "head that is too long"),
    ],
)
def test_what_is_no_rtsp_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ServerParser().feed(data)
