import pytest

from ipcamd.wire.packetize import amr, h263, pcmu
from ipcamd.wire.rtp import ROOM


def test_u_law_lasts_a_tick_a_byte() -> None:
    pieces = pcmu.FORMAT.payloads(b"a" * (ROOM + 160))
    assert [pcmu.FORMAT.ticks(p) for p in pieces] == [ROOM, 160]


def amr_frame(kind: int, size: int) -> bytes:
    return bytes((kind << 3 | 4,)) + bytes((kind,)) * size


def test_amr_frames_stand_behind_their_types() -> None:
    (packet,) = amr.payloads(amr_frame(0, 12) + amr_frame(7, 31) + amr_frame(15, 0))
    assert packet == b"\xf0" + bytes((0x84, 0xBC, 0x7C)) + b"\0" * 12 + b"\7" * 31
    assert amr.ticks(packet) == 480


def test_amr_long_speech_takes_several_packets() -> None:
    packets = amr.payloads(amr_frame(7, 31) * 100)
    assert all(len(p) <= ROOM for p in packets)
    assert sum(map(amr.ticks, packets)) == 100 * 160


@pytest.mark.parametrize("data", [amr_frame(9, 3), amr_frame(0, 11), b"\x7c\x04"])
def test_amr_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="AMR"):
        amr.payloads(data)


def test_h263_first_piece_gives_up_the_start_codes_zeros() -> None:
    frame = b"\0\0\x80\x02" + b"x" * 2000
    first, second = h263.payloads(frame)
    assert (first[:2], second[:2], len(first)) == (b"\x04\0", b"\0\0", ROOM)
    assert b"\0\0" + first[2:] + second[2:] == frame
    with pytest.raises(ValueError, match=r"H\.263"):
        h263.payloads(b"\x01")
