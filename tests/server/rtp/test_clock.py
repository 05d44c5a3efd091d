"""RTP time stamps follow capture times, also when the camera's clock is set."""

from hypothesis import given
from hypothesis import strategies as st

from ipcamd.server.rtp.clock import RtpClock

SECOND = 1_000_000_000


def test_stamps_follow_capture_times() -> None:
    clock = RtpClock(90000, 100 * SECOND, 7)
    assert [clock.stamp(100 * SECOND + n * SECOND // 30, 0) for n in range(4)] == [7, 3007, 6007, 9007]
    assert clock.at(101 * SECOND) == 90007


@given(st.lists(st.integers(-20 * SECOND, 20 * SECOND), max_size=30), st.sampled_from([0, 320]))
def test_stamps_always_rise_and_never_leap(steps: list[int], ticks: int) -> None:
    now = 10**18
    clock = RtpClock(8000, now, 0)
    last = clock.stamp(now, ticks)
    for step in steps:
        now += step
        stamp = clock.stamp(now, ticks)
        assert last < stamp <= last + 8000 * 11
        last = stamp


def test_sound_with_jittery_times_has_no_gaps_and_no_drift() -> None:
    clock = RtpClock(8000, 0, 0)
    # a sound card that is 1/1000 fast, read in lumps
    stamps = [clock.stamp(int(n * SECOND * 0.04 * 1.001) + (n * 7919 % 10) * 1_000_000, 320) for n in range(5000)]
    for n, stamp in enumerate(stamps):
        assert abs(stamp - n * 320 * 1.001) <= 8000 * 0.03
