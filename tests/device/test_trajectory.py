"""Trajectories: at the requested speed, smooth, and exact at their target."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.device.trajectory import Trajectory, cruise_speed, move, rest_at, stop

positions = st.floats(-100, 100)
velocities = st.floats(-25, 25)


def samples(trajectory: Trajectory, step_s: float = 1 / 30) -> list[tuple[float, float]]:
    count = int((trajectory.end_s - trajectory.phases[0].start_s) / step_s) + 2
    return [trajectory.at(trajectory.phases[0].start_s + number * step_s) for number in range(count)]


@pytest.mark.parametrize("duration_s", [8, 12, 24])
def test_a_full_range_takes_its_time(duration_s: float) -> None:
    way = move((-100, 0), 100, cruise_speed(200, duration_s, 256), 256, now_s=5)
    assert way.end_s - 5 == pytest.approx(duration_s)
    assert way.at(5) == (-100, 0)
    assert way.at(5 + duration_s) == pytest.approx((100, 0), abs=1e-6)
    assert way.at(5 + duration_s / 2)[0] == pytest.approx(0, abs=1e-6)


@given(positions, velocities, positions, st.floats(1, 30))
def test_a_move_is_smooth_and_ends_at_its_target(start: float, velocity: float, target: float, speed: float) -> None:
    way = move((start, velocity), target, speed, 256, now_s=0)
    assert way.at(0) == pytest.approx((start, velocity))
    assert way.at(way.end_s) == (target, 0)
    for phase, following in pairwise(way.phases):
        assert phase.start_s <= following.start_s
        assert phase.at(following.start_s) == pytest.approx((following.position, following.velocity), abs=1e-6)


@given(positions, velocities)
def test_a_stop_is_smooth_and_short(start: float, velocity: float) -> None:
    way = stop((start, velocity), 256, now_s=1)
    assert way.at(1) == pytest.approx((start, velocity))
    assert way.end_s - 1 <= 0.1
    assert abs(way.target - start) <= 1.3
    assert way.at(100) == (way.target, 0)


@given(st.floats(-100, 100), st.floats(0, 1))
def test_a_move_that_is_broken_off_stays_within_its_limit(start: float, part: float) -> None:
    way = move((start, 0), 100, 25, 256, now_s=0)
    braked = stop(way.at(way.end_s * part), 256, way.end_s * part)
    assert braked.target <= 100 + 1e-6


def test_no_step_is_large() -> None:
    way = move((-100, 0), 100, cruise_speed(200, 8, 256), 256, now_s=0)
    places = [position for position, _ in samples(way)]
    assert max(later - earlier for earlier, later in pairwise(places)) < 0.02 * 200


def test_rest_is_rest() -> None:
    assert rest_at(7).at(1e9) == (7, 0)
