from ipcamd.wire.rtsp.sdp import MediaDescription, SessionDescription, write

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
    assert b"c=IN IP6 ff15::1\r\n" in write(SessionDescription("x", "fe80::1", 1, 1, [], "ff15::1", 16))


def test_a_name_cannot_add_lines() -> None:
    assert b"s=am=video\r\n" in write(SessionDescription("a\r\nm=video", "10.0.0.5", 1, 1, []))
    assert b"s=-\r\n" in write(SessionDescription("\n", "10.0.0.5", 1, 1, []))
