"""Light from the picture: a simulated evening, night and morning with a lamp, and the day and night that follow it."""

from pathlib import Path
from typing import Any, cast

import pytest
from tests.control.test_day_night import MIDNIGHT_NS, Timers

from ipcamd.control.day_night import DayNight
from ipcamd.control.picture_light import PictureLight
from ipcamd.device.clock import CameraClock
from ipcamd.device.virtual.clock import OffsetClock
from ipcamd.device.virtual.simple_parts import VirtualIrCut
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

HOUR_S = 3600


class LightRig:
    """The light around the camera, and the lamp. `daylight` and `lamp` are brightness that each gives the picture."""

    def __init__(self, path: Path, lamp: float, most: float = 100.0) -> None:
        """The exposure keeps the picture at `most`."""
        self.daylight, self._lamp, self._most = 50.0, lamp, most
        self._timers, hardware = Timers(), VirtualHardware()
        self._light = PictureLight(self._timers.time)
        self.database = Database(path / "ipcamd.db")
        settings = Settings(self.database, ALL_GROUPS, {})
        source = OffsetClock(KeyValueStore(self.database), lambda: MIDNIGHT_NS)
        clock = CameraClock(source, lambda: settings["Time"])
        driver = VirtualIrCut(hardware)
        self._day_night = DayNight(driver, self._light, settings, clock, loop=cast("Any", self._timers))
        self.switches = 0
        self._day_night.watch(self._count)
        self._day_night.start()

    @property
    def is_night(self) -> bool:
        return self._day_night.is_night

    def pass_time(self, seconds: int, daylight: float | None = None) -> None:
        """Let time go by while the daylight changes evenly."""
        step = 0.0 if daylight is None else (daylight - self.daylight) / (seconds * 2)
        for _ in range(seconds * 2):
            self.daylight += step
            brightness = self.daylight + (self._lamp if self.is_night else 0)
            self._light.report(min(brightness, self._most), self.is_night)
            self._timers.advance(0.5)

    def _count(self) -> None:
        self.switches += 1


@pytest.mark.parametrize(("lamp", "most"), [(0, 100), (15, 100), (30, 60), (80, 100), (80, 55)])
def test_the_lamp_makes_no_day_and_the_morning_does(tmp_path: Path, lamp: float, most: float) -> None:
    rig = LightRig(tmp_path, lamp, most)
    with rig.database:
        rig.pass_time(HOUR_S // 2, daylight=2)
        assert (rig.is_night, rig.switches) == (True, 1)
        rig.pass_time(HOUR_S * 2)
        assert rig.is_night
        assert rig.switches <= 5, "at most one attempt an hour"
        rig.pass_time(HOUR_S // 2, daylight=60)
        rig.pass_time(HOUR_S + 60)
        assert not rig.is_night


def test_a_passing_car_makes_short_days_and_each_makes_the_next_night_longer(tmp_path: Path) -> None:
    rig = LightRig(tmp_path, lamp=20)
    with rig.database:
        rig.pass_time(600, daylight=2)
        for _ in range(30):
            rig.daylight = 60
            rig.pass_time(10)
            rig.daylight = 2
            rig.pass_time(50)
        assert rig.switches <= 1 + 2 * 6
        rig.pass_time(20)
        assert rig.is_night


def test_the_light_is_not_known_until_the_exposure_has_settled() -> None:
    now_s = 100.0
    light, told = PictureLight(lambda: now_s), list[int | None]()
    light.watch(lambda: told.append(light.level))
    light.report(10.4, False)
    light.report(55.0, True)
    now_s += 4
    light.report(55.0, True)
    assert told == [10, None, 10]
