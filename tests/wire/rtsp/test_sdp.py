import pytest

from ipcamd.wire.rtsp.sdp import MediaDescription, SessionDescription, read, read_parameters, write

VIDEO = MediaDescription("video", 96, "H264/90000", "packetization-mode=1", "track0", attributes=("framerate:30",))
SOUND = MediaDescription("audio", 0, "PCMU/8000", control="track1")


def test_description() -> None:
    text = write(SessionDescription("Front door", "10.0.0.5", 1, 2, [VIDEO, SOUND], attributes=("control:*",)))
    assert text.decode().split("\r\n") == [
        "v=0",
        "o=- 1 2 IN IP4 10.0.0.5",
        "s=Front door",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "m=video 0 RTP/AVP 96",
        "a=rtpmap:96 H264/90000",
        "a=fmtp:96 packetization-mode=1",
        "a=framerate:30",
        "a=control:track0",
        "m=audio 0 RTP/AVP 0",
        "a=rtpmap:0 PCMU/8000",
        "a=control:track1",
        "",
    ]


def test_multicast_and_ipv6() -> None:
    assert b"c=IN IP4 239.1.2.3/16\r\n" in write(SessionDescription("x", "10.0.0.5", 1, 1, [], "239.1.2.3", 16))
    text = write(SessionDescription("x", "fe80::1%eth0", 1, 1, []))
    assert b"IN IP6 fe80::1\r\n" in text
    assert b"c=IN IP6 ::\r\n" in text


def test_a_name_cannot_add_lines() -> None:
    assert b"s=am=video\r\n" in write(SessionDescription("a\r\nm=video", "10.0.0.5", 1, 1, []))
    assert b"s=-\r\n" in write(SessionDescription("\n", "10.0.0.5", 1, 1, []))


def test_a_description_is_read_as_it_was_written() -> None:
    written = (
        MediaDescription("video", 96, "H264/90000", "packetization-mode=1", "track=1"),
        MediaDescription("audio", 0, "PCMU/8000", "", "rtsp://192.0.2.1/x/2"),
    )
    control, tracks = read(
        write(SessionDescription("x", "192.0.2.1", 1, 1, written, attributes=("control:*",))).decode()
    )
    assert control == "*"
    assert [(each.media, each.payload_type, each.encoding, each.parameters, each.control) for each in tracks] == [
        (each.media, each.payload_type, each.encoding, each.parameters, each.control) for each in written
    ]


@pytest.mark.parametrize(
    ("section", "read_as"),
    [
        ("m=audio 0 RTP/AVP 8\r\n", [("audio", 8, "PCMA/8000", "")]),
        (
            "m=video 0 RTP/AVPF 97 98\na=fmtp:98 no\na=fmtp:97 yes\na=rtpmap:98 B/1\na=rtpmap:97 A/1\n",
            [("video", 97, "A/1", "yes")],
        ),
        ("m=video 0 RTP/SAVP 97\na=rtpmap:97 A/1\n", []),
        ("m=video 0 RTP/AVP 128\n", []),
        ("m=\n", []),
        ("m=application 0 RTP/AVP 99\n", [("application", 99, "", "")]),
    ],
)
def test_media_of_cameras(section: str, read_as: list[tuple[str, int, str, str]]) -> None:
    found = read(f"v=0\ns=x\n{section}")[1]
    assert [(each.media, each.payload_type, each.encoding, each.parameters) for each in found] == read_as


def test_format_parameters_are_read_by_lower_case_name() -> None:
    assert read_parameters("A=1; sprop=Z0=,aM4= ;;x") == {"a": "1", "sprop": "Z0=,aM4=", "x": ""}
