"""Access units of H.264 and H.265 from RTP payloads."""

from collections.abc import Callable

import pytest
from tests.media.encoded import annex_b, h264, h265, units

from ipcamd.wire.depacketize.h264 import H264Depacketizer
from ipcamd.wire.depacketize.h265 import H265Depacketizer
from ipcamd.wire.depacketize.nal_units import NalDepacketizer, TimedUnit, split_aggregate
from ipcamd.wire.packetize import h264 as rtp_h264
from ipcamd.wire.packetize import h265 as rtp_h265

SPS, PPS, IDR, SLICE = b"\x67\x42\0\x1e", b"\x68\xce", b"\x65\x88\x84", b"\x41\x9a\x02"


def add(depacketizer: NalDepacketizer, *payloads: bytes, time: int = 1, marker: bool = True) -> list[TimedUnit]:
    """Add the packets of one picture, without a gap."""
    last = len(payloads) - 1
    return [
        unit
        for at, payload in enumerate(payloads)
        for unit in depacketizer.add(payload, time, marker and at == last, False)
    ]


@pytest.mark.parametrize("room", [20, 100, 1400])
@pytest.mark.parametrize(
    ("frames", "make", "depacketizer"),
    [(h264(3), rtp_h264.make_payloads, H264Depacketizer()), (h265(3), rtp_h265.make_payloads, H265Depacketizer())],
)
def test_packets_become_the_same_units(
    frames: list[bytes], make: Callable[[bytes, int], list[bytes]], depacketizer: NalDepacketizer, room: int
) -> None:
    for number, frame in enumerate(frames):
        assert add(depacketizer, *make(frame, room), time=number) == [(annex_b(units(frame)), number)]


def test_an_access_unit_ends_without_a_marker_when_the_time_changes() -> None:
    depacketizer = H264Depacketizer()
    assert add(depacketizer, SPS, PPS, IDR, time=1, marker=False) == []
    assert add(depacketizer, SLICE, time=2) == [(annex_b([SPS, PPS, IDR]), 1), (annex_b([SLICE]), 2)]


def test_parameter_sets_with_a_marker_of_their_own_do_not_make_markers_untrusted() -> None:
    depacketizer = H264Depacketizer()
    for time in range(3):
        found = [
            *add(depacketizer, SPS, time=time),
            *add(depacketizer, PPS, time=time),
            *add(depacketizer, IDR, time=time),
        ]
        assert [unit.data for unit in found] == [annex_b([SPS]), annex_b([PPS]), annex_b([IDR])]


FRAGMENTS = [b"\x7c\x85one", b"\x7c\x05two", b"\x7c\x45end"]


@pytest.mark.parametrize(
    ("kept", "left"), [([0, 1, 2], annex_b([b"\x65onetwoend"])), ([0, 2], b""), ([0], b""), ([1, 2], b""), ([2], b"")]
)
def test_a_fragmented_unit_with_a_gap_is_left_out(kept: list[int], left: bytes) -> None:
    depacketizer, before = H264Depacketizer(), -1
    for number in kept:
        found = depacketizer.add(FRAGMENTS[number], 1, number == 2, number != before + 1)
        before = number
    found += depacketizer.add(SLICE, 2, False, before != 2)
    found += depacketizer.add(SLICE, 3, True, False)
    pictures = [unit for unit in found if unit.data]
    assert b"".join(unit.data for unit in pictures) == left + annex_b([SLICE]) * 2


def test_a_picture_of_which_nothing_is_left_does_not_appear() -> None:
    depacketizer = H264Depacketizer()
    depacketizer.add(PPS, 1, False, False)
    depacketizer.add(FRAGMENTS[0], 1, False, False)
    parameters, picture = depacketizer.add(SLICE, 2, True, True)
    assert (parameters.data, picture) == (annex_b([PPS]), (annex_b([SLICE]), 2))


def test_an_aggregate_may_be_truncated() -> None:
    assert list(split_aggregate(b"\x78\0\2ab\0\0\0\1c\0", 1)) == [b"ab", b"c"]
    assert list(split_aggregate(b"\x78\0\1c\0\5abc", 1)) == [b"c"]


@pytest.mark.parametrize(
    ("depacketizer", "payload"), [(H264Depacketizer(), b"\x1b\0\1"), (H265Depacketizer(), b"\x64\1\0")]
)
def test_other_kinds_of_packets_are_refused(depacketizer: NalDepacketizer, payload: bytes) -> None:
    with pytest.raises(ValueError, match="in RTP packets of type"):
        depacketizer.add(payload, 1, True, False)


def test_a_picture_is_limited_in_bytes_and_parts() -> None:
    for payload in (b"\x41" * 60_000, b"\x41"):
        depacketizer = H264Depacketizer()
        with pytest.raises(ValueError, match="more than 16 MB"):
            for _ in range(70_000):
                depacketizer.add(payload, 1, False, False)
