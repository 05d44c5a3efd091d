"""AAC from RTP payloads; the sound's own test is `media/source/network/rtsp/test_rtsp_receiver.py`."""

import pytest

from ipcamd.wire.depacketize.aac import AacDepacketizer

SIZES = {"sizelength": "13", "indexlength": "3", "indexdeltalength": "3"}


@pytest.mark.parametrize(
    ("payload", "frames"),
    [
        (b"\0\x10\0\x10ab", [b"ab"]),
        (b"\0\x20\0\x10\0\x18abcde", [b"ab", b"cde"]),
        (b"\0\0", []),
    ],
)
def test_a_packet_has_several_frames(payload: bytes, frames: list[bytes]) -> None:
    assert AacDepacketizer(SIZES).unpack(payload, True) == frames


def test_headers_need_not_be_whole_bytes() -> None:
    sizes = {"sizelength": "6", "indexlength": "2", "indexdeltalength": "1"}
    assert AacDepacketizer(sizes).unpack(b"\0\x0f\x08\x0cabcde", True) == [b"ab", b"cde"]


def test_a_frame_with_a_missing_fragment_is_left_out() -> None:
    depacketizer, head = AacDepacketizer(SIZES), b"\0\x10\0\x20"
    assert depacketizer.unpack(head + b"ab", False) == []
    assert depacketizer.unpack(head + b"cd", True) == [b"abcd"]
    assert depacketizer.unpack(head + b"f", True) == []
    assert depacketizer.unpack(head + b"ab", False) == []
    assert depacketizer.unpack(head + b"cd", True) == [b"abcd"]


@pytest.mark.parametrize("payload", [b"", b"\0", b"\0\x20\0\x10", b"\0\x20\0\x10\0\x10abc"])
def test_a_malformed_packet_is_refused(payload: bytes) -> None:
    if payload:
        with pytest.raises(ValueError, match="cut short"):
            AacDepacketizer(SIZES).unpack(payload, True)


@pytest.mark.parametrize("more", [{"sizelength": "0"}, {"indexlength": "x"}, {"ctsdeltalength": "4"}])
def test_unknown_headers_are_refused(more: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        AacDepacketizer(SIZES | more)
