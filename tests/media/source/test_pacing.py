"""Pacing and clocks of sources."""

import itertools
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media.source.conftest import SimulatedTime

from ipcamd.media.source.pacing import RateLimiter, RealtimePacer, Ticker, moment, tick
from ipcamd.time_units import SECOND_NS


@given(st.integers(0, 4 * 10**18), st.integers(1, 8000))
def test_a_moment_belongs_to_the_tick_that_it_was_made_of(number: int, rate: int) -> None:
    assert tick(moment(number // rate, rate), rate) == number // rate


@given(st.integers(0, 4 * 10**18), st.integers(1, 8000))
def test_a_tick_begins_no_later_than_its_moments(at: int, rate: int) -> None:
    begin = moment(tick(at, rate), rate)
    assert begin <= at < begin + SECOND_NS // rate + 1


def test_a_beat_is_in_step_with_the_seconds(time: SimulatedTime) -> None:
    time.utc += 123_456_789
    ticker = Ticker(time.clock, threading.Event())
    moments = [ticker.wait(4)[0] % SECOND_NS for _ in range(5)]
    assert moments == [SECOND_NS // 4, SECOND_NS // 2, SECOND_NS * 3 // 4, 0, SECOND_NS // 4]


def test_a_tick_reports_missed_ticks(time: SimulatedTime) -> None:
    ticker = Ticker(time.clock, threading.Event())
    assert ticker.wait(10)[1] == 0
    time.passed += SECOND_NS // 2
    due, missed = ticker.wait(10)
    assert missed == 4
    assert due == time.utc + time.passed
    assert ticker.wait(10) == (due + SECOND_NS // 10, 0)


@pytest.mark.parametrize("leap", [-3600 * SECOND_NS, -2 * SECOND_NS, 60 * SECOND_NS, 10 * 365 * 86400 * SECOND_NS])
def test_a_clock_that_jumps_misses_nothing(time: SimulatedTime, leap: int) -> None:
    ticker = Ticker(time.clock, threading.Event())
    ticker.wait(10)
    time.utc += leap
    due, missed = ticker.wait(10)
    assert missed == 0
    assert 0 <= due - time.utc - time.passed <= SECOND_NS // 10
    assert max(time.waits) <= 0.1


@pytest.mark.parametrize("reading", range(2, 6))
def test_a_clock_that_is_set_back_between_two_readings_makes_no_long_wait(time: SimulatedTime, reading: int) -> None:
    readings = itertools.count(1)

    def now_ns() -> int:
        return time.utc + time.passed - (3600 * SECOND_NS if next(readings) >= reading else 0)

    ticker = Ticker(replace(time.clock, now_ns=now_ns), threading.Event())
    for _ in range(4):
        ticker.wait(10)
    assert max(time.waits) <= 0.1


def test_a_beat_changes_its_rate(time: SimulatedTime) -> None:
    ticker = Ticker(time.clock, threading.Event())
    moments = [ticker.wait(rate)[0] - time.utc for rate in (10, 10, 2, 2, 5)]
    assert moments == [n * SECOND_NS // 10 for n in (1, 2, 5, 10, 12)]


def test_a_recording_is_played_in_real_time(time: SimulatedTime) -> None:
    pacer = RealtimePacer(time.clock, threading.Event())
    stamps = [pacer.wait_until(at) for at in (0, SECOND_NS, 3 * SECOND_NS)]
    assert [stamp - stamps[0] for stamp in stamps] == [0, SECOND_NS, 3 * SECOND_NS]
    assert time.waits == [0, 1, 2]


def test_small_delays_do_not_shift_a_recording(time: SimulatedTime) -> None:
    pacer = RealtimePacer(time.clock, threading.Event())
    first = pacer.wait_until(0)
    time.passed += SECOND_NS * 6 // 5
    assert pacer.wait_until(SECOND_NS) - first == SECOND_NS
    assert not pacer.late
    assert pacer.wait_until(2 * SECOND_NS) - first == 2 * SECOND_NS


def test_the_pacer_reports_lateness(time: SimulatedTime) -> None:
    pacer = RealtimePacer(time.clock, threading.Event())
    pacer.wait_until(0)
    time.passed += SECOND_NS // 2
    pacer.wait_until(SECOND_NS // 10)
    assert pacer.late
    pacer.wait_until(SECOND_NS)
    assert not pacer.late


def test_after_a_sleep_a_recording_goes_on_where_it_was(time: SimulatedTime) -> None:
    pacer = RealtimePacer(time.clock, threading.Event())
    pacer.wait_until(0)
    time.passed += 30 * SECOND_NS
    woken = pacer.wait_until(SECOND_NS)
    assert woken == time.utc + time.passed
    assert pacer.wait_until(2 * SECOND_NS) - woken == SECOND_NS


def test_a_picker_follows_the_rate_that_is_wanted() -> None:
    limiter = RateLimiter()
    times = [SECOND_NS * n // 60 for n in range(120)]
    assert sum(limiter.admits(at, 30) for at in times[:60]) == 30
    assert sum(limiter.admits(at, 10) for at in times[60:]) in (10, 11)
