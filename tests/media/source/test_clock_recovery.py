"""Capture times of pictures from a network."""

import threading
from fractions import Fraction
from random import Random

from tests.media.source.conftest import SimulatedTime

from ipcamd.media.source.clock_recovery import ClockRecovery
from ipcamd.time_units import SECOND_NS

MILLISECOND = SECOND_NS // 1000


def arrivals(time: SimulatedTime, burst: int | None = None) -> ClockRecovery:
    return ClockRecovery(time.clock, threading.Event(), burst)


def test_jitter_of_the_network_is_taken_out(time: SimulatedTime) -> None:
    recovery, random, delays = arrivals(time), Random(1), []
    for number in range(200):
        sent = number * SECOND_NS // 25
        time.passed = sent + 20 * MILLISECOND + random.randrange(30 * MILLISECOND)
        delays.append(recovery.capture_time_ns(Fraction(sent, SECOND_NS)) - time.utc - sent)
    assert max(delays[50:]) - min(delays[50:]) < 3 * MILLISECOND
    assert min(delays) >= 20 * MILLISECOND


def test_nothing_is_captured_in_the_future(time: SimulatedTime) -> None:
    recovery, random = arrivals(time), Random(2)
    for number in range(200):
        time.passed += random.randrange(80 * MILLISECOND)
        assert recovery.capture_time_ns(Fraction(number, 25)) <= time.utc + time.passed


def test_a_clock_that_runs_slow_is_followed(time: SimulatedTime) -> None:
    recovery = arrivals(time)
    for second in range(10_000):
        time.passed = second * (SECOND_NS + SECOND_NS // 5000)
        captured_ns = recovery.capture_time_ns(Fraction(second))
        assert time.utc + time.passed - captured_ns < 2 * MILLISECOND


def test_sound_and_picture_of_one_moment_stay_together(time: SimulatedTime) -> None:
    recovery = arrivals(time)
    recovery.capture_time_ns(Fraction(0))
    time.passed = 40 * MILLISECOND
    sound = recovery.capture_time_ns(Fraction(1, 100))
    time.passed = 90 * MILLISECOND
    assert abs(recovery.capture_time_ns(Fraction(1, 100)) - sound) < MILLISECOND


def test_a_time_stamp_that_leaps_begins_a_new_count(time: SimulatedTime) -> None:
    recovery = arrivals(time)
    recovery.capture_time_ns(Fraction(95000))
    time.passed += SECOND_NS
    assert recovery.capture_time_ns(Fraction(3)) == time.utc + time.passed
    time.passed += SECOND_NS
    assert recovery.capture_time_ns(Fraction(4)) == time.utc + time.passed


def test_without_a_time_stamp_it_is_now(time: SimulatedTime) -> None:
    time.passed = 5 * SECOND_NS
    assert arrivals(time).capture_time_ns(None) == time.utc + 5 * SECOND_NS


def test_a_sender_of_a_whole_recording_is_slowed_down(time: SimulatedTime) -> None:
    recovery = arrivals(time, burst=3 * SECOND_NS)
    for number in range(25 * 60):
        recovery.capture_time_ns(Fraction(number, 25))
    assert 56 < time.passed / SECOND_NS < 58


def test_a_sender_that_catches_up_is_not_slowed_down(time: SimulatedTime) -> None:
    recovery = arrivals(time, burst=3 * SECOND_NS)
    recovery.capture_time_ns(Fraction(0))
    time.passed = 5 * SECOND_NS
    for number in range(5 * 25):
        recovery.capture_time_ns(Fraction(number, 25))
    assert time.waits == []
