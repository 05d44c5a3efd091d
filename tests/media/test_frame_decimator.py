"""Frame rates: exact in the long run, from a source of any rate."""

import random
from itertools import pairwise

import pytest

from ipcamd.media.frame_decimator import FrameDecimator
from ipcamd.time_units import SECOND_NS

NOON = 1_750_000_000 * SECOND_NS
RATES = (1, 2, 3, 5, 8, 10, 15, 20, 25, 30)


def moments(rate: float, seconds: int, jitter: float = 0.0) -> list[int]:
    chance = random.Random(1)
    return [NOON + int((n + chance.uniform(-jitter, jitter)) / rate * SECOND_NS) for n in range(int(seconds * rate))]


def taken(rate: int, times: list[int]) -> list[int]:
    decimator = FrameDecimator(rate)
    return [time for time in times if decimator.selects(time)]


@pytest.mark.parametrize("source", [30, 29.97, 50, 60, 120])
@pytest.mark.parametrize("rate", RATES)
def test_a_faster_source_gives_the_exact_rate(rate: int, source: float) -> None:
    count = len(taken(rate, moments(source, 20)))
    assert abs(count - 20 * min(rate, source)) <= 1


@pytest.mark.parametrize("rate", RATES)
def test_jitter_changes_nothing(rate: int) -> None:
    count = len(taken(rate, moments(30, 20, jitter=0.3)))
    assert abs(count - 20 * rate) <= 1


@pytest.mark.parametrize("rate", RATES)
def test_pictures_are_spread_evenly(rate: int) -> None:
    gaps = [b - a for a, b in pairwise(taken(rate, moments(60, 10)))]
    # never further from the ideal than the source's own interval
    assert all(abs(gap - SECOND_NS / rate) <= SECOND_NS / 60 + 1000 for gap in gaps)


@pytest.mark.parametrize("source", [0.5, 1, 7, 10, 24, 29.97])
def test_of_a_slower_source_every_picture_is_taken(source: float) -> None:
    times = moments(source, 20, jitter=0.2)
    assert taken(30, times) == times


def test_after_a_pause_there_is_no_burst() -> None:
    times = moments(30, 2)
    later = [time + 60 * SECOND_NS for time in times]
    assert abs(len(taken(10, times + later)) - 40) <= 2


@pytest.mark.parametrize("step", [-10 * 365 * 86400, -3600, -1, 1, 3600, 10 * 365 * 86400])
def test_the_clock_may_be_set(step: int) -> None:
    times = moments(30, 5) + [time + (5 + step) * SECOND_NS for time in moments(30, 5)]
    # a jump backwards may bring one picture more, a small one must not stop the stream
    assert abs(len(taken(10, times)) - 100) <= 2
