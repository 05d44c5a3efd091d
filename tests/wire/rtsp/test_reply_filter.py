"""Replies of an RTSP server: accepted ones, and ones that would redirect a client."""

import pytest

from ipcamd.wire.rtsp.reply_filter import Redirected, ReplyFilter

HERE = "192.0.2.7"
SETUP = b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nTransport: RTP/AVP;unicast;source=10.0.0.1;server_port=5000-5001\r\n\r\n"
TUNNEL = b"HTTP/1.0 200 OK\r\nContent-Length: 32767\r\n\r\n"
MOVED = b"RTSP/1.0 302 Moved\r\nLocation: rtsp://me:secret@10.0.0.1:554/x\r\n\r\n"
PACKET = b"$\0\0\x08\r\n\r\nRTSP"


def test_datagrams_go_to_the_server_itself() -> None:
    assert ReplyFilter(HERE).feed(SETUP) == (
        b"RTSP/1.0 200 OK\r\ncseq: 3\r\n"
        b"transport: RTP/AVP;unicast;source=10.0.0.1;server_port=5000-5001;source=192.0.2.7\r\n\r\n"
    )


def test_a_body_and_packets_pass_as_they_are() -> None:
    reply = b"RTSP/1.0 200 OK\r\ncontent-length: 27\r\n\r\n"
    body = b"RTSP/1.0 302 in the body\r\n\r\n"[:27]
    assert ReplyFilter(HERE).feed(reply + body + PACKET + reply + body) == reply + body + PACKET + reply + body


@pytest.mark.parametrize(
    "before",
    [b"", b"\r\n\n", PACKET, TUNNEL, b"RTSP/1.0 200 OK\n\n", b"OPTIONS * RTSP/1.0\r\n\r\n"],
    ids=["first", "blank lines", "packet", "tunnel", "bare line feeds", "a request of the server"],
)
@pytest.mark.parametrize("redirect", [MOVED, MOVED.replace(b"\r", b""), MOVED.replace(b"RTSP/1.0", b"HTTP/1.1")])
def test_a_redirect_is_found_wherever_it_stands(before: bytes, redirect: bytes) -> None:
    with pytest.raises(Redirected, match=r"redirects to 10\.0\.0\.1:554$"):
        ReplyFilter(HERE).feed(before + redirect)


@pytest.mark.parametrize(
    "data",
    [
        b"RTSP/1.0 200 OK\r\n$: 1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\n\0\r\nLocation: x\r\n\r\n",
        b"RTSP/1.0 200 OK\rRTSP/1.0 302\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 0x12E Moved\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nTransport: RTP/AVP;" + b"x" * 5000 + b"\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_ambiguous_replies_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^(sends|does not speak) "):
        ReplyFilter(HERE).feed(data)


def test_after_play_all_passes() -> None:
    replies = ReplyFilter(HERE)
    assert replies.note_request(b"PLAY rtsp://x/ RTSP/1.0\r\n\r\n").startswith(b"PLAY")
    assert replies.feed(b"damaged\0$packets") == b"damaged\0$packets"
