import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.rtsp.message import (
    BODY_LIMIT,
    HEAD_LIMIT,
    TARGET_LIMIT,
    Event,
    InterleavedPacket,
    MalformedRequest,
    RtspParser,
    RtspRequest,
    format_response,
    interleave,
)

OPTIONS = b"OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"
READ = RtspRequest("OPTIONS", "rtsp://h/", "1", {"cseq": "1"})

MESSAGES: list[tuple[str, bytes, list[Event]]] = [
    ("one", OPTIONS, [READ]),
    ("pipelined", OPTIONS * 3, [READ] * 3),
    ("bare LF", OPTIONS.replace(b"\r", b""), [READ]),
    ("blank lines before", b"\r\n\n" + OPTIONS, [READ]),
    ("packet", b"$\x01\x00\x03abc", [InterleavedPacket(1, b"abc")]),
    ("empty packet", b"$\x00\x00\x00", [InterleavedPacket(0, b"")]),
    ("packet between", OPTIONS + b"$\xff\x00\x01\n" + OPTIONS, [READ, InterleavedPacket(255, b"\n"), READ]),
    ("packet after a blank line", b"\r\n$\x02\x00\x00" + OPTIONS, [InterleavedPacket(2, b""), READ]),
    (
        "body",
        b"SET_PARAMETER * RTSP/1.0\r\ncseq:7\r\nContent-Length: 4\r\nSession: ab;timeout=60\r\n\r\n$a\r\n",
        [
            RtspRequest(
                "SET_PARAMETER",
                "*",
                "7",
                {"cseq": "7", "content-length": "4", "session": "ab;timeout=60"},
                b"$a\r\n",
            )
        ],
    ),
    (
        "repeated field",
        b"PLAY / RTSP/1.0\r\nCSeq: 2\r\nRequire: a\r\nrequire: b\r\n\r\n",
        [RtspRequest("PLAY", "/", "2", {"cseq": "2", "require": "a, b"})],
    ),
    ("HTTP", b"GET / HTTP/1.1\r\n", [MalformedRequest(400)]),
    ("RTSP 2", b"PLAY / RTSP/2.0\r\n", [MalformedRequest(505)]),
    ("lower-case version", b"PLAY / rtsp/1.0\r\n", [MalformedRequest(400)]),
    ("two blanks", b"PLAY  / RTSP/1.0\r\n", [MalformedRequest(400)]),
    ("no target", b"PLAY RTSP/1.0\r\n", [MalformedRequest(400)]),
    ("control in target", b"PLAY /\x00 RTSP/1.0\r\n", [MalformedRequest(400)]),
    ("control in method", b"PL\x01AY / RTSP/1.0\r\n", [MalformedRequest(400)]),
    ("a response", b"RTSP/1.0 200 OK\r\n", [MalformedRequest(400)]),
    ("no CSeq", b"PLAY / RTSP/1.0\r\n\r\n", [MalformedRequest(400)]),
    ("CSeq not a number", b"PLAY / RTSP/1.0\r\nCSeq: 1a\r\n", [MalformedRequest(400)]),
    ("CSeq in Arabic digits", b"PLAY / RTSP/1.0\r\nCSeq: \xd9\xa1\r\n", [MalformedRequest(400)]),
    ("CSeq too long", b"PLAY / RTSP/1.0\r\nCSeq: 12345678901\r\n", [MalformedRequest(400)]),
    ("two CSeq", b"PLAY / RTSP/1.0\r\nCSeq: 1\r\nCSeq: 1\r\n", [MalformedRequest(400, "1")]),
    ("folded", b"PLAY / RTSP/1.0\r\nCSeq: 1\r\n a\r\n", [MalformedRequest(400, "1")]),
    ("no colon", b"PLAY / RTSP/1.0\r\nCSeq 1\r\n", [MalformedRequest(400)]),
    ("NUL in value", b"PLAY / RTSP/1.0\r\nCSeq: 1\r\nAuthorization: a\x00b\r\n", [MalformedRequest(400, "1")]),
    ("length not a number", b"PLAY / RTSP/1.0\r\nCSeq: 1\r\nContent-Length: +1\r\n\r\n", [MalformedRequest(400, "1")]),
    ("negative length", b"PLAY / RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n", [MalformedRequest(400, "1")]),
    (
        "long body",
        b"PLAY / RTSP/1.0\r\nCSeq: 1\r\nContent-Length: %d\r\n\r\n" % (BODY_LIMIT + 1),
        [MalformedRequest(413, "1")],
    ),
    ("nothing after broken", b"x\r\n" + OPTIONS, [MalformedRequest(400)]),
    ("request before broken", OPTIONS + b"x\r\n", [READ, MalformedRequest(400)]),
    ("long target", b"PLAY /" + b"a" * TARGET_LIMIT + b" RTSP/1.0\r\n", [MalformedRequest(414)]),
    ("endless line", b"P" * 5000, [MalformedRequest(414)]),
    ("long method", b"P" * 65 + b" / RTSP/1.0\r\n", [MalformedRequest(400)]),
    ("long name", b"PLAY / RTSP/1.0\r\n" + b"n" * 513 + b": 1\r\n", [MalformedRequest(400)]),
    ("long value", b"PLAY / RTSP/1.0\r\na: " + b"n" * 2049 + b"\r\n", [MalformedRequest(400)]),
    ("endless field", b"PLAY / RTSP/1.0\r\na: " + b"n" * 5000, [MalformedRequest(400)]),
    ("many fields", b"PLAY / RTSP/1.0\r\n" + b"a: 1\r\n" * 256, [MalformedRequest(400)]),
    (
        "large fields",
        b"PLAY / RTSP/1.0\r\n" + (b"a: " + b"1" * 2000 + b"\r\n") * (HEAD_LIMIT // 2000 + 1),
        [MalformedRequest(400)],
    ),
]


def read(parser: RtspParser, data: bytes) -> list[Event]:
    """Return all that `data` completes."""
    parser.receive(data)
    events = []
    while event := parser.next_event():
        events.append(event)
    return events


@pytest.mark.parametrize(("data", "events"), [m[1:] for m in MESSAGES], ids=[m[0] for m in MESSAGES])
def test_message_whole_and_byte_by_byte(data: bytes, events: list[Event]) -> None:
    assert read(RtspParser(), data) == events
    parser = RtspParser()
    assert [event for byte in data for event in read(parser, bytes((byte,)))] == events


def test_partial_is_true_for_an_unfinished_message() -> None:
    parser = RtspParser()
    assert not parser.partial
    assert not read(parser, OPTIONS[:-1])
    assert parser.partial
    assert read(parser, OPTIONS[-1:])
    assert not parser.partial


def test_session_is_named_without_its_parameters() -> None:
    assert RtspRequest("PLAY", "/", "1", {"session": " abc ;timeout=60"}).session == "abc"
    assert RtspRequest("PLAY", "/", "1").session == ""


@given(st.lists(st.one_of(st.binary(), st.sampled_from([m[1] for m in MESSAGES])), max_size=6))
def test_any_bytes_give_the_same_events_however_they_are_cut(pieces: list[bytes]) -> None:
    cut = RtspParser()
    assert [event for piece in pieces for event in read(cut, piece)] == read(RtspParser(), b"".join(pieces))


@given(st.integers(0, 255), st.lists(st.binary(max_size=70)))
def test_interleaved_packets_are_read_back(channel: int, packets: list[bytes]) -> None:
    assert read(RtspParser(), interleave(channel, packets)) == [
        InterleavedPacket(channel, packet) for packet in packets
    ]


def test_response() -> None:
    assert format_response(454, "3") == b"RTSP/1.0 454 Session Not Found\r\nCSeq: 3\r\n\r\n"
    assert format_response(200, "", [("A", "b")], b"xy") == b"RTSP/1.0 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nxy"
