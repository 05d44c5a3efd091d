"""H.265 over RTP (RFC 7798): single NAL units, aggregation packets, fragmentation units, session description."""

from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st
from tests.media.encoded import h265, h265_units

from ipcamd.wire.packetize.h265 import FORMAT, is_key, make_payloads, parameters, split_units
from ipcamd.wire.rtp.rtp import ROOM

VPS, SPS, PPS = b"\x40\x01vps", b"\x42\x01sps", b"\x44\x01pps"
DELIMITER = b"\x46\x01\x50"
AGGREGATE, FRAGMENT = 48, 49


def frame(*nals: bytes) -> bytes:
    return b"".join(b"\0\0\0\1" + nal for nal in nals)


def restored(packets: list[bytes]) -> list[bytes]:
    """Reassemble packets as a receiver does (RFC 7798, 4.4)."""
    found: list[bytes] = []
    for packet in packets:
        assert 2 < len(packet) <= ROOM
        kind = packet[0] >> 1 & 63
        if kind == AGGREGATE:
            at = 2
            while at < len(packet):
                size = int.from_bytes(packet[at : at + 2])
                found.append(packet[at + 2 : at + 2 + size])
                at += 2 + size
        elif kind == FRAGMENT:
            if packet[2] & 0x80:
                found.append(bytes((packet[0] & 0x81 | (packet[2] & 63) << 1, packet[1])))
            found[-1] += packet[3:]
            assert packet[2] & 0xC0 != 0xC0
        else:
            found.append(packet)
    return found


def test_parameter_sets_share_a_packet_and_a_large_unit_is_cut_into_full_ones() -> None:
    picture = b"\x26\x01" + bytes(range(1, 256)) * 20
    packets = make_payloads(frame(DELIMITER, VPS, SPS, PPS, picture))
    assert restored(packets) == [VPS, SPS, PPS, picture]
    assert packets[0][:2] == b"\x60\x01"
    assert [len(p) for p in packets[1:-1]] == [ROOM] * (len(packets) - 2)
    assert [p[2] >> 6 for p in packets[1:]] == [2, *[0] * (len(packets) - 3), 1]
    assert {p[:2] for p in packets[1:]} == {b"\x62\x01"}


def test_an_aggregate_has_the_lowest_layers_of_its_units() -> None:
    packets = make_payloads(frame(b"\x02\x0ba", b"\x02\x12b"))
    assert restored(packets) == [b"\x02\x0ba", b"\x02\x12b"]
    assert packets[0][:2] == bytes((AGGREGATE << 1, 0x0A))


def test_a_unit_of_exactly_the_payload_size_is_sent_whole() -> None:
    picture = b"\x02\x01" + b"x" * (ROOM - 2)
    assert make_payloads(frame(picture)) == [picture]
    assert len(make_payloads(frame(picture + b"y"))) == 2


nal = st.builds(
    lambda kind, size: bytes((kind << 1, 1)) + b"\x55" * size,
    st.sampled_from([1, 19, 32, 33, 34, 39]),
    st.integers(1, 4000),
)


@given(st.lists(st.one_of(nal, nal.map(lambda n: n[:150])), max_size=20))
def test_any_units_are_restored(nals: list[bytes]) -> None:
    assert restored(make_payloads(frame(*nals))) == nals


@given(st.binary(max_size=50))
def test_any_bytes(data: bytes) -> None:
    assert restored(make_payloads(data)) == [unit for unit in split_units(data) if len(unit) > 2]
    is_key(data)
    parameters(data)


def test_parameters_of_an_encoder() -> None:
    key = h265(1)[0]
    vps, sps, pps = h265_units(key)[:3]
    fields = dict(each.split("=", 1) for each in parameters(key).split(";"))
    assert (fields["profile-id"], fields["tier-flag"], fields["level-id"]) == ("1", "0", str(sps[17]))
    assert fields["profile-compatibility-indicator"] == "60000000"
    assert fields["interop-constraints"] == "900000000000"
    assert [fields[f"sprop-{each}"] for each in ("vps", "sps", "pps")] == [
        b64encode(s).decode() for s in (vps, sps, pps)
    ]
    assert (FORMAT.encoding, FORMAT.clock) == ("H265/90000", 90000)


def test_a_frame_without_parameter_sets_has_no_description() -> None:
    assert parameters(frame(b"\x02\x01abc")) == ""
    assert parameters(frame(VPS, SPS, PPS)) == ""


def test_key_frames() -> None:
    frames = h265(7)
    assert [is_key(each[:64]) for each in frames] == [True, *[False] * 4, True, False]
    assert is_key(frame(b"\x26\x01"))
    assert not is_key(frame(b"\x02\x01"))
