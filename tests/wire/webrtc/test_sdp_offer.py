"""Tests of WebRTC offers."""

from pathlib import Path

import pytest

from ipcamd.wire.webrtc import playout_delay, sdp_offer

CORPUS = Path(__file__).parents[1] / "corpus/sdp_offer"


def test_an_offer_of_chromium_is_read() -> None:
    offer = sdp_offer.parse((CORPUS / "chromium").read_bytes())
    video, audio = offer.sections
    assert offer.bundle == ("0", "1")
    assert (video.media, video.mid, video.direction, video.protocol) == ("video", "0", "recvonly", "UDP/TLS/RTP/SAVPF")
    assert [each.payload_type for each in video.ordered if each.encoding == "H264/90000"][:3] == [102, 104, 108]
    assert video.formats["102"].parameters["packetization-mode"] == "1"
    assert {"nack", "nack pli", "ccm fir"} <= video.formats["102"].feedback
    assert video.extensions[playout_delay.URI] == 5
    assert [each.encoding for each in audio.ordered][:2] == ["opus/48000/2", "red/48000/2"]
    assert audio.attributes.keys() >= {"ice-ufrag", "ice-pwd", "fingerprint", "setup", "rtcp-mux"}


def test_attributes_of_the_session_hold_for_sections_without_them() -> None:
    text = b"v=0\r\na=ice-ufrag:abcd\r\na=setup:actpass\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=setup:active\r\n"
    (section,) = sdp_offer.parse(text).sections
    assert section.attributes == {"ice-ufrag": "abcd", "setup": "active"}


def test_the_bundle_is_found_beside_other_groups() -> None:
    """libdatachannel also sends a group of synchronized sections (RFC 5888)."""
    text = b"v=0\r\na=group:LS 1 0\r\na=group:BUNDLE 0 1\r\na=group:LS 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    assert sdp_offer.parse(text).bundle == ("0", "1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not a session description"),
        (b"v=0\r\n", "0 media sections"),
        (b"v=0\r\n" + 17 * b"m=audio 9 RTP/AVP 0\r\n", "17 media sections"),
        (b"v=0\r\nm=audio nine RTP/AVP 0\r\n", "m= line"),
        (b"v=0\r\nm=audio 9 RTP/AVP 0\r\na=ice-pwd:short\r\n", "a=ice-pwd"),
        (b"v=0\r\nm=audio 9 RTP/AVP 0\r\na=fingerprint:md5 00\r\n", "a=fingerprint"),
        (b"v=0" + 65536 * b" ", "longer than"),
    ],
)
def test_a_bad_offer_is_refused_with_the_reason(text: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        sdp_offer.parse(text)
