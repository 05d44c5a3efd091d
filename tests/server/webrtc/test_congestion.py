"""Congestion limit: what a viewer gets on a line that is too slow."""

from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.webrtc.congestion import CongestionLimit
from ipcamd.wire.rtp import rtp
from ipcamd.wire.rtp.rtcp import ReceptionReport

RATE = 100_000
"""Bytes per second that arrived; eight tenths of it are sent."""


def frame(count: int, first: int = 0) -> RtpFrame:
    """A frame of about a kilobyte per packet."""
    packets = rtp.RtpSequencer(96, 1, first).pack([(0, n == count - 1, bytes(988)) for n in range(count)])
    return RtpFrame(packets, key=True, captured_ns=0, sequence=first, room=1200)


def report(highest: int, lost: int) -> ReceptionReport:
    return ReceptionReport(2, lost, highest)


def test_a_key_frame_may_exceed_the_rate_and_later_frames_wait() -> None:
    limit = CongestionLimit(RATE, report(0, 0), 0.0)
    assert limit.admits(frame(80), 0.0)
    assert not limit.admits(frame(1, 80), 0.9)
    assert limit.admits(frame(1, 81), 1.1)


def test_after_a_pause_half_a_second_is_sent_at_once() -> None:
    limit = CongestionLimit(RATE, report(0, 0), 0.0)
    admitted = [limit.admits(frame(10, 10 * n), 60.0) for n in range(6)]
    assert admitted == [True] * 5 + [False]


def test_packets_of_frames_that_were_left_out_are_not_repeated() -> None:
    limit = CongestionLimit(RATE, report(0, 0), 0.0)
    sent, left_out = frame(80), frame(1, 80)
    assert limit.admits(sent, 0.0)
    assert not limit.admits(left_out, 0.0)
    assert not limit.admits_repetition(left_out, 0.1)
    repeated = sum(limit.admits_repetition(sent, 0.1) for _ in range(100))
    assert repeated == 7  # no more than a second in advance
    assert limit.admits_repetition(sent, 2.0)


def test_the_rate_follows_the_reports() -> None:
    limit, packets = CongestionLimit(RATE, report(0, 0), 0.0), [bytes(1000)]
    before = limit.pause_s(packets)
    assert limit.admits(frame(100, 1), 0.0)
    assert not limit.is_over(report(100, 30))
    after_loss = limit.pause_s(packets)
    assert 0.65 < before / after_loss < 0.75
    assert limit.admits(frame(100, 101), 10.0)
    assert not limit.is_over(report(200, 40))
    assert limit.pause_s(packets) == after_loss
    assert limit.admits(frame(100, 201), 20.0)
    assert not limit.is_over(report(300, 40))
    assert limit.pause_s(packets) < after_loss


def test_packets_on_their_way_are_not_lost() -> None:
    limit, packets = CongestionLimit(RATE, report(0xFFD0, 0), 0.0), [bytes(1000)]
    pauses = [limit.pause_s(packets)]
    assert limit.admits(frame(100, 0xFFD1), 0.0)
    for highest in (0xFFF0, 0x10010, 0x10034):  # the numbers begin again meanwhile
        assert not limit.is_over(report(highest, 0))
        pauses.append(limit.pause_s(packets))
    assert pauses == sorted(pauses, reverse=True)
    assert limit.admits(frame(100, 0x35), 10.0)
    assert not limit.is_over(report(0x10034 + 50, 20))
    assert limit.pause_s(packets) > pauses[-1]


def test_a_line_on_which_nothing_arrives_is_still_too_slow() -> None:
    limit, packets = CongestionLimit(RATE, report(0, 0), 0.0), [bytes(1000)]
    before = limit.pause_s(packets)
    for second in range(20):
        assert limit.admits(frame(1, second + 1), second)
        assert not limit.is_over(report(0, 0))
    assert limit.pause_s(packets) == before


def test_it_ends_when_nothing_was_left_out_for_a_while() -> None:
    limit = CongestionLimit(RATE, report(0, 0), 0.0)
    outcomes = []
    for second in range(1, 11):
        assert limit.admits(frame(1, second), second)
        outcomes.append(limit.is_over(report(second, 0)))
    assert outcomes == [False] * 9 + [True]


def test_it_lasts_while_frames_are_left_out() -> None:
    limit = CongestionLimit(RATE, report(0, 0), 0.0)
    for second in range(1, 30):
        while limit.admits(frame(10), second):
            pass
        assert not limit.is_over(report(second, 0))
