"""Tests of packets on TCP connections, and of DTLS flights."""

import pytest

from ipcamd.wire.webrtc.dtls_records import split_flight
from ipcamd.wire.webrtc.tcp_framing import MOST_BYTES, PacketSplitter, frame_packets


def test_packets_are_restored_unchanged() -> None:
    packets = [b"a", b"", bytes(MOST_BYTES)]
    assert list(PacketSplitter().feed(frame_packets(packets))) == packets


def test_a_packet_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError):
        list(PacketSplitter().feed(frame_packets([bytes(MOST_BYTES + 1)])))


def record(size_bytes: int) -> bytes:
    return bytes(11) + (size_bytes - 13).to_bytes(2) + bytes(size_bytes - 13)


def test_a_flight_is_cut_between_records() -> None:
    assert split_flight(b"", 1200) == []
    assert [len(each) for each in split_flight(record(600) + record(600) + record(100), 1200)] == [1200, 100]
    assert [len(each) for each in split_flight(record(1300) + record(100), 1200)] == [1300, 100]


@pytest.mark.parametrize("cut", [1, 12, 99])
def test_a_record_that_is_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(ValueError):
        split_flight(record(100)[:cut], 1200)
