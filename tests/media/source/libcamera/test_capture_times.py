"""Capture times of pictures that come without."""

import itertools

import pytest

from ipcamd.media.source.libcamera.capture_times import CaptureTimes

MS = 1_000_000


def gaps(arrivals_ms: list[float], rate: float = 25) -> list[float]:
    made = CaptureTimes(rate)
    times = [made.note(int(arrival * MS)) / MS for arrival in arrivals_ms]
    assert all(time <= arrival + 1 for time, arrival in zip(times, arrivals_ms, strict=True))
    return [after - before for before, after in itertools.pairwise(times)]


def test_regular_pictures_keep_their_times() -> None:
    assert gaps([0, 40, 80, 120]) == [40, 40, 40]


def test_pictures_of_a_burst_were_taken_one_after_the_other() -> None:
    burst = gaps([0, 40, 200, 200, 200, 200, 240])
    assert min(burst) >= 10 and max(burst) < 60 and sum(burst) == 240


def test_a_picture_that_arrives_early_shows_that_earlier_ones_were_late() -> None:
    assert gaps([0, 70, 100])[1] < 60


@pytest.mark.parametrize("period_ms", [38.5, 41.2, 66.7])
def test_a_rate_other_than_the_declared_one_is_followed(period_ms: float) -> None:
    arrivals = [number * period_ms for number in range(200)]
    assert gaps(arrivals)[-1] == pytest.approx(period_ms, abs=0.01)


def test_after_a_long_pause_the_times_are_those_of_now() -> None:
    assert gaps([0, 40, 5000])[-1] >= 4700
