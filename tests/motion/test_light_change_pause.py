"""Suspension of motion detection by changes of light."""

from ipcamd.motion.light_change_pause import LONGEST_PAUSE_S, MAX_LEVELS_PER_S, LightChangePause

STEP_S = 0.1


def count_suspended(changes: list[float]) -> int:
    pause = LightChangePause()
    return sum(pause.suspends(change, STEP_S) for change in changes)


def test_a_slow_change_of_light_suspends_nothing() -> None:
    assert count_suspended([MAX_LEVELS_PER_S * STEP_S * 0.9] * 100) == 0


def test_a_sudden_change_suspends_detection_for_a_moment() -> None:
    assert 0.5 <= count_suspended([2 * MAX_LEVELS_PER_S] + [0.0] * 100) * STEP_S <= 1


def test_a_change_that_goes_on_suspends_detection_for_three_seconds_at_most() -> None:
    assert abs(count_suspended([MAX_LEVELS_PER_S] * 100) * STEP_S - LONGEST_PAUSE_S) <= 2 * STEP_S
