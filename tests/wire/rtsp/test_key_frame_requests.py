"""Key frame requests over RTSP: where they are sent, and to which servers."""

import pytest

from ipcamd.wire.rtp import feedback
from ipcamd.wire.rtsp.key_frame_requests import KeyFrameRequests
from ipcamd.wire.rtsp.reply_filter import ReplyFilter

VIDEO = "m=video 0 RTP/AVP 96\r\n%sa=control:track%s\r\n"
AUDIO = "m=audio 0 RTP/AVP 0\r\na=rtcp-fb:0 nack pli\r\na=control:track1\r\n"
PLI, FIR = "a=rtcp-fb:96 nack pli\r\n", "a=rtcp-fb:* ccm fir\r\n"
SENDER, SOURCE = 0x01020304, 0x0A0B0C0D


def interleaved(channel: int, source: int) -> bytes:
    packet = b"\x80\x60\0\1" + bytes(4) + source.to_bytes(4) + b"payload"
    return b"$" + bytes((channel,)) + len(packet).to_bytes(2) + packet


INTERLEAVED = "RTP/AVP/TCP;unicast;interleaved=4-5"


def converse(sdp: str, track: int = 0, packets: bytes = b"", transport: str = INTERLEAVED) -> KeyFrameRequests:
    """Let a client set up one track, and receive packets."""
    requests = KeyFrameRequests(SENDER)
    replies = ReplyFilter("192.0.2.7", requests)
    kind = f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n"
    replies.note_request(b"DESCRIBE rtsp://192.0.2.7/x RTSP/1.0\r\n\r\n")
    replies.feed(f"RTSP/1.0 200 OK\r\n{kind}\r\n{sdp}".encode())
    replies.note_request(f"SETUP rtsp://192.0.2.7/x/track{track} RTSP/1.0\r\n\r\n".encode())
    replies.feed(f"RTSP/1.0 200 OK\r\nTransport: {transport}\r\n\r\n".encode())
    replies.note_request(b"PLAY rtsp://192.0.2.7/x RTSP/1.0\r\n\r\n")
    assert replies.feed(packets) == packets
    return requests


@pytest.mark.parametrize("offered", [PLI, FIR, FIR + PLI])
def test_a_request_names_the_video_on_its_channel(offered: str) -> None:
    head = b"RTSP/1.0 200 OK\r\nCSeq: 5\r\n\r\n"
    packets = head + interleaved(5, 9) + interleaved(2, 8) + interleaved(4, SOURCE) + interleaved(4, 7)
    requests = converse(VIDEO % (offered, 0) + AUDIO, 0, packets)
    request = requests.make_request()
    assert request[:4] == b"$\x05" + (len(request) - 4).to_bytes(2)
    assert feedback.parse(request[4:]) == [feedback.KeyFrameRequest(SOURCE)]
    # a report comes first, and the kind is one that the server offers
    assert request[5] == 201
    assert request.endswith(
        feedback.make_picture_loss(SENDER, SOURCE)
        if PLI in offered
        else feedback.make_full_intra_request(SENDER, SOURCE, 1)
    )


@pytest.mark.parametrize(
    ("sdp", "track", "packets"),
    [
        (VIDEO % ("", 0) + AUDIO, 0, interleaved(4, SOURCE)),
        (VIDEO % ("a=rtcp-fb:96 nack\r\n", 0), 0, interleaved(4, SOURCE)),
        (VIDEO % (PLI, 0) + AUDIO, 1, interleaved(4, SOURCE)),
        (VIDEO % (PLI, 0), 0, interleaved(0, SOURCE)),
        (VIDEO % (PLI, 0), 0, b"$\x04\0\x05short"),
        (AUDIO, 1, interleaved(4, SOURCE)),
    ],
    ids=["no offer", "another offer", "sound", "another channel", "a short packet", "no video"],
)
def test_no_request_is_possible_without_an_offer_and_a_packet(sdp: str, track: int, packets: bytes) -> None:
    assert not converse(sdp, track, packets).is_possible


def test_a_request_is_a_datagram_where_the_pictures_are() -> None:
    transport = "RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001;ssrc=0A0B0C0D"
    requests = converse(VIDEO % (PLI, 0), transport=transport)
    assert requests.is_possible
    assert requests.datagram_port == 6001
    assert feedback.parse(requests.make_request()) == [feedback.KeyFrameRequest(SOURCE)]
    assert not converse(VIDEO % ("", 0), transport=transport).is_possible
    assert not converse(VIDEO % (PLI, 0) + AUDIO, 1, transport=transport).is_possible
    for part in (";ssrc=0A0B0C0D", ";server_port=6000-6001"):
        assert not converse(VIDEO % (PLI, 0), transport=transport.replace(part, "")).is_possible


def test_the_search_for_the_video_ends() -> None:
    requests = converse(VIDEO % (PLI, 0), 0, 1024 * (b"$\0\x04\0" + bytes(1024)))
    assert not requests.is_searching
    requests.note_packets(interleaved(4, SOURCE))
    assert not requests.is_possible
