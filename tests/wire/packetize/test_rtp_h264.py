from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.packetize.h264 import make_payloads, parameters, split_units
from ipcamd.wire.rtp.rtp import ROOM

SPS, PPS, SEI = bytes.fromhex("6742c01f95a01400"[:14]), bytes.fromhex("68ce3c80"), b"\x06\x05\x01a\x80"
DELIMITER = b"\x09\xf0"


def frame(*nals: bytes) -> bytes:
    return b"".join(b"\0\0\0\1" + nal for nal in nals)


def restored(packets: list[bytes]) -> list[bytes]:
    """Reassemble packets as a receiver does (RFC 6184, 5.6 to 5.8)."""
    found: list[bytes] = []
    for packet in packets:
        assert 0 < len(packet) <= ROOM
        if packet[0] & 31 == 24:
            at = 1
            while at < len(packet):
                size = int.from_bytes(packet[at : at + 2])
                found.append(packet[at + 2 : at + 2 + size])
                at += 2 + size
        elif packet[0] & 31 == 28:
            if packet[1] & 0x80:
                found.append(bytes((packet[0] & 0xE0 | packet[1] & 0x1F,)))
            found[-1] += packet[2:]
            assert packet[1] & 0xC0 != 0xC0
        else:
            found.append(packet)
    return found


def test_units_drops_delimiters_and_trailing_zeros() -> None:
    assert split_units(frame(DELIMITER, SPS) + b"\0\0\1" + PPS + b"\0\0") == [SPS, PPS]
    assert split_units(b"no start code") == []
    assert split_units(b"") == []


def test_parameter_sets_share_a_packet_and_a_large_unit_is_cut_into_full_ones() -> None:
    picture = b"\x65" + bytes(range(1, 256)) * 20
    packets = make_payloads(frame(SPS, PPS, SEI, picture))
    assert restored(packets) == [SPS, PPS, SEI, picture]
    assert packets[0][0] == 0x60 | 24
    assert [len(p) for p in packets[1:-1]] == [ROOM] * (len(packets) - 2)
    assert [p[1] >> 6 for p in packets[1:]] == [2, 0, 0, 1]


def test_a_unit_of_exactly_the_payload_size_is_sent_whole() -> None:
    picture = b"\x41" + b"x" * (ROOM - 1)
    assert make_payloads(frame(picture)) == [picture]
    assert len(make_payloads(frame(picture + b"y"))) == 2


nal = st.builds(
    lambda kind, size: bytes((0x60 | kind,)) + b"\x55" * size, st.sampled_from([1, 5, 6, 7, 8]), st.integers(0, 4000)
)


@given(st.lists(st.one_of(nal, nal.map(lambda n: n[:150])), max_size=20))
def test_any_units_are_restored(nals: list[bytes]) -> None:
    assert restored(make_payloads(frame(*nals))) == nals


@given(st.binary(max_size=50))
def test_any_bytes(data: bytes) -> None:
    assert restored(make_payloads(data)) == split_units(data)


def test_parameters() -> None:
    assert parameters(frame(SPS, PPS, b"\x65abc")) == (
        f"packetization-mode=1;profile-level-id=42C01F;"
        f"sprop-parameter-sets={b64encode(SPS).decode()},{b64encode(PPS).decode()}"
    )
    assert parameters(frame(b"\x41abc")) == "packetization-mode=1"
