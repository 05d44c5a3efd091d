"""Times of a sender's tracks."""

import pytest

from ipcamd.time_units import SECOND_NS
from ipcamd.wire.rtp.sender_clock import SenderClock, TrackClock

START, WALL = 77 * SECOND_NS, 1_700_000_000 * SECOND_NS


def times(clock: TrackClock, *stamps: int) -> list[float]:
    """Return the times of pictures in seconds after the first one's arrival."""
    return [(clock.decode_time_ns(stamp % 2**32, START) - START) / SECOND_NS for stamp in stamps]


def test_time_stamps_wrap() -> None:
    assert times(TrackClock(100, SenderClock()), -100, -50, 0, 50, 100) == [0, 0.5, 1, 1.5, 2]


def test_reordered_pictures_have_increasing_times_that_are_late_by_as_many_pictures() -> None:
    found = times(TrackClock(100, SenderClock()), 0, 30, 10, 20, 60, 40, 50, 90, 70, 80)
    assert found == sorted(found)
    assert found[4:] == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]


def test_a_restart_of_the_sender_is_no_reordering() -> None:
    assert times(TrackClock(100, SenderClock()), 1000, 1010, 20, 30) == [0, 0.1, -9.8, -9.7]


@pytest.mark.parametrize("is_early", [False, True], ids=["after a packet", "before the first packet"])
def test_reports_put_tracks_on_one_clock(is_early: bool) -> None:
    sender = SenderClock()
    video, sound = TrackClock(90_000, sender), TrackClock(8_000, sender)
    if not is_early:
        video.time_ns(9000, START), sound.time_ns(800, START)
    video.note_report(WALL, 9000)
    sound.note_report(WALL + SECOND_NS, 800)
    first = video.time_ns(9000, START)
    assert first == START
    assert sound.time_ns(800, START) == START + SECOND_NS
    assert sound.time_ns(8800, START) == START + 2 * SECOND_NS


def test_a_report_of_an_unrelated_clock_is_ignored() -> None:
    sender = SenderClock()
    video, sound = TrackClock(90_000, sender), TrackClock(8_000, sender)
    video.time_ns(0, START), sound.time_ns(0, START)
    video.note_report(WALL, 0)
    sound.note_report(5 * SECOND_NS, 0)
    assert sound.time_ns(8000, START) == START + SECOND_NS
