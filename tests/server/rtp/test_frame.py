"""The forms in which a frame's packets are sent."""

import pytest

from ipcamd.server.rtp.frame import MAX_SEGMENTS, RtpFrame
from ipcamd.wire.rtp.rtp import FULL


def rtp_frame(*sizes: int) -> RtpFrame:
    return RtpFrame([bytes(size) for size in sizes], key=True, captured_ns=0, sequence=0)


@pytest.mark.parametrize(
    ("sizes", "runs"),
    [
        ((FULL,), [FULL]),
        ((FULL, FULL, 9), [2 * FULL + 9]),
        ((50, FULL, FULL, 9), [50, 2 * FULL + 9]),
        ((FULL, 9, FULL, 8), [FULL + 9, FULL + 8]),
        ((FULL,) * (MAX_SEGMENTS + 1), [MAX_SEGMENTS * FULL, FULL]),
    ],
)
def test_runs_are_cut_where_the_kernel_would_cut_them(sizes: tuple[int, ...], runs: list[int]) -> None:
    assert [len(run) for run in rtp_frame(*sizes).runs] == runs
    assert max(runs) <= 65507


def test_interleaved_form_is_made_once_for_all() -> None:
    one = rtp_frame(5, 6)
    assert one.framed(2) == b"$\x02\x00\x05" + bytes(5) + b"$\x02\x00\x06" + bytes(6)
    assert one.framed(2) is one.framed(2)
    assert one.framed(4)[1] == 4
