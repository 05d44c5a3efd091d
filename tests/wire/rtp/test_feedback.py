"""Tests of RTCP feedback (RFC 4585, RFC 5104)."""

import pytest
from tests.wire.rtp.nack import make_nack

from ipcamd.wire.rtp import feedback, rtcp
from ipcamd.wire.rtp.feedback import KeyFrameRequest, LostPackets

RECEIVER_REPORT = bytes.fromhex("80c9000100000001")
NACK = bytes.fromhex("81cd0003 00000001 00000002 fffe 0005")
PLI = bytes.fromhex("81ce0002 00000001 00000002")
FIR = bytes.fromhex("84ce0004 00000001 00000000 00000003 01000000")


def test_lost_packets_are_reported_across_the_wrap_of_the_numbers() -> None:
    assert feedback.parse(RECEIVER_REPORT + NACK) == [LostPackets(2, (0xFFFE, 0xFFFF, 1))]


def test_both_requests_for_a_key_frame_are_understood() -> None:
    assert feedback.parse(PLI + FIR) == [KeyFrameRequest(2), KeyFrameRequest(3)]


def test_our_own_packets_are_understood() -> None:
    assert feedback.parse(make_nack(1, 2, 77)) == [LostPackets(2, (77,))]
    assert feedback.parse(feedback.make_picture_loss(1, 2)) == [KeyFrameRequest(2)]
    assert feedback.make_full_intra_request(1, 3, 1) == FIR


def test_other_packets_are_skipped() -> None:
    assert feedback.parse(RECEIVER_REPORT + rtcp.goodbye(1)) == []


@pytest.mark.parametrize("cut", [bytes.fromhex("81cd000100000001"), FIR[:2] + b"\0\3" + FIR[4:16], NACK[:-4]])
def test_feedback_that_is_cut_short_is_refused(cut: bytes) -> None:
    with pytest.raises(ValueError):
        feedback.parse(cut)
