from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.rtp.rtp import RtpPacket, RtpSequencer, parse

PLAIN = bytes.fromhex("80800001 00000002 00000003")

PACKETS = [
    (PLAIN + b"abc", RtpPacket(0, True, 1, 2, 3, b"abc")),
    (PLAIN, RtpPacket(0, True, 1, 2, 3, b"")),
    (b"\x81\x08" + PLAIN[2:] + b"csrc" + b"abc", RtpPacket(8, False, 1, 2, 3, b"abc")),
    (b"\x90\x00" + PLAIN[2:] + bytes.fromhex("bede0001 00000000") + b"a", RtpPacket(0, False, 1, 2, 3, b"a")),
    (b"\xa0\x00" + PLAIN[2:] + b"abc\0\0\3", RtpPacket(0, False, 1, 2, 3, b"abc")),
    (b"\xa0\x00" + PLAIN[2:] + b"\1", RtpPacket(0, False, 1, 2, 3, b"")),
]
REFUSED = [
    b"",
    PLAIN[:11],
    b"\x00" + PLAIN[1:],
    b"\xc0" + PLAIN[1:],
    b"\x82" + PLAIN[1:] + b"csrc",
    b"\x90" + PLAIN[1:] + b"abc",
    b"\x90" + PLAIN[1:] + bytes.fromhex("bede0002 00000000"),
    b"\xa0" + PLAIN[1:] + b"a\0",
    b"\xa0" + PLAIN[1:] + b"\x05",
]


@pytest.mark.parametrize(("data", "packet"), PACKETS)
def test_parse(data: bytes, packet: RtpPacket) -> None:
    assert parse(data) == packet


@pytest.mark.parametrize("data", REFUSED)
def test_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="RTP"):
        parse(data)


@given(st.binary(max_size=64))
def test_any_bytes_are_a_packet_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        assert len(parse(data).payload) <= len(data) - 12


def test_numbering_goes_on_over_the_end_and_counts() -> None:
    numbering = RtpSequencer(96, 7, 65535)
    packets = [parse(p) for p in numbering.pack([(2**32 + 5, False, b"ab"), (9, True, b"c")])]
    assert packets == [RtpPacket(96, False, 65535, 5, 7, b"ab"), RtpPacket(96, True, 0, 9, 7, b"c")]
    assert (numbering.sequence, numbering.packets, numbering.octets) == (1, 2, 3)
