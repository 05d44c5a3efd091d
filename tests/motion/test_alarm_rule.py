"""Levels and alarms; the clock for the pauses between alarms is the test's."""

import numpy as np
import pytest
from tests.motion.yard import NOON, RATE, Change, Showing, walker, window, yard

from ipcamd.media.image.analysis_tap import AnalysisFrame
from ipcamd.motion.level_detector import AlarmDetector
from ipcamd.motion.windows import Window
from ipcamd.time_units import SECOND_NS

PAUSE_S = 5
"""Seconds (clarifications, 4)."""

ALL = (window(), window(box=(0, 240, 640, 480)), window(box=(0, 0, 640, 200)))


class AlarmRig:
    """Alarm detector over the yard, and when it alarmed."""

    def __init__(self, *windows: Window) -> None:
        self.windows = windows or ALL
        self.alarm_detector = AlarmDetector()
        self.now = 50.0
        self.camera = NOON
        self.alarms: list[tuple[int, float]] = []
        self.levels: list[tuple[int, ...]] = []

    def show(self, seconds: float, change: Change | None = None) -> None:
        for number in range(round(seconds * RATE)):
            self.now += 1 / RATE
            self.camera += SECOND_NS // RATE
            picture = change(yard(), number / RATE) if change else yard()
            frame = AnalysisFrame(np.clip(picture, 0, 255).astype(np.uint8), self.camera, 1)
            levels, alarm = self.alarm_detector.detect(frame, self.windows, self.now)
            self.levels.append(levels)
            if alarm:
                self.alarms.append((alarm, self.now))


def dancing(picture: np.ndarray, seconds: float) -> np.ndarray:
    """A person who moves permanently."""
    return walker(40)(picture, 1.5 + np.sin(3 * seconds))


def test_the_window_with_movement_alarms_and_has_a_level() -> None:
    watching = AlarmRig()
    watching.show(2)
    assert watching.levels == [(0, 0, 0)] * 30
    watching.show(1, walker(20))
    assert [number for number, _ in watching.alarms] == [1]
    first, second, third = watching.levels[-1]
    assert 0 < first < second < 255
    assert third == 0


def test_the_next_alarm_comes_after_five_seconds_while_it_goes_on() -> None:
    watching = AlarmRig()
    watching.show(2)
    watching.show(16, dancing)
    times = [when for _, when in watching.alarms]
    assert len(times) == 4
    assert np.diff(times) == pytest.approx(PAUSE_S, abs=2.5 / RATE)
    assert min(np.diff(times)) >= PAUSE_S - 1e-6


def test_the_pause_after_an_alarm_holds_for_all_windows() -> None:
    left, right = window(box=(0, 240, 200, 480)), window(box=(320, 240, 640, 480))
    watching = AlarmRig(left, right, window(enabled=False))
    watching.show(2)
    watching.show(4, walker(5))
    watching.show(4, walker(80))
    assert [number for number, _ in watching.alarms] == [1, 2]
    assert watching.alarms[1][1] - watching.alarms[0][1] == pytest.approx(PAUSE_S, abs=2.5 / RATE)


def test_the_cameras_clock_has_no_part_in_the_pause() -> None:
    watching = AlarmRig()
    watching.show(2)
    watching.show(1, dancing)
    watching.camera += 3600 * SECOND_NS
    watching.show(3, dancing)
    assert len(watching.alarms) == 1


def test_after_a_reset_the_scene_is_learnt_again() -> None:
    watching = AlarmRig(*[window(100, 0)] * 3)
    watching.show(2)
    watching.alarm_detector.reset()
    watching.show(2, lambda picture, _: np.roll(picture, 20, axis=1))
    assert watching.alarms == []


def test_settings_act_with_the_next_picture() -> None:
    watching = AlarmRig(*[window(enabled=False)] * 3)
    watching.show(2)
    watching.show(1, dancing)
    assert watching.alarms == []
    watching.windows = ALL
    watching.show(1, dancing)
    assert [number for number, _ in watching.alarms] == [1]


def test_the_yard_itself_is_no_alarm() -> None:
    assert Showing(*ALL).show(2)[-1][0].level == 0
