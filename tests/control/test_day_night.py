"""Day and night with the virtual filter; the test moves clock and timers."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ipcamd.control.day_night import DayNight
from ipcamd.device.absent import AbsentIrCut, AbsentLight
from ipcamd.device.clock import CameraClock
from ipcamd.device.virtual.clock import OffsetClock
from ipcamd.device.virtual.simple_parts import VirtualIrCut, VirtualLight
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

MIDNIGHT_NS = 1_749_945_600 * 1_000_000_000
"""2025-06-15 00:00 UTC."""
MINUTE_S = 60.0


class Timers:
    """Clock and timers of an event loop."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now_s

    def call_later(self, delay_s: float, call: Callable[[], None]) -> object:
        entry = (self.now_s + delay_s, call)
        self.due.append(entry)
        return SimpleNamespace(cancel=lambda: self.due.remove(entry) if entry in self.due else None)

    def advance(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while self.due and (first := min(self.due, key=lambda entry: entry[0]))[0] <= end_s:
            self.due.remove(first)
            self.now_s = first[0]
            first[1]()
        self.now_s = end_s


class JammedIrCut(VirtualIrCut):
    """A filter that may be stuck."""

    jammed = True

    def set_filter(self, in_path: bool) -> None:
        if self.jammed:
            raise RequestFailed("the filter is blocked")
        super().set_filter(in_path)


class Rig:
    """Day and night control, and the reports it made."""

    def __init__(self, path: Path, driver: type[VirtualIrCut] = VirtualIrCut, light: int = 100) -> None:
        self.timers, self.hardware = Timers(), VirtualHardware()
        self.hardware.apply({"light": str(light)})
        self.database = Database(path / "ipcamd.db")
        self.settings = Settings(self.database, ALL_GROUPS, {})
        source = OffsetClock(KeyValueStore(self.database), lambda: MIDNIGHT_NS + round(self.timers.now_s * 1e9))
        self.clock = CameraClock(source, lambda: self.settings["Time"])
        self.notes, self.holds, self.switches = list[str](), list[float](), list[bool]()
        self.driver = driver(self.hardware)
        self.day_night = DayNight(
            self.driver,
            VirtualLight(self.hardware),
            self.settings,
            self.clock,
            self.notes.append,
            self.holds.append,
            cast("Any", self.timers),
        )
        self.day_night.watch(lambda: self.switches.append(self.day_night.is_night))
        self.day_night.start()

    def light(self, level: int) -> None:
        self.hardware.apply({"light": str(level)})

    async def update(self, group: str = "IRCUt", **values: str) -> None:
        await self.settings.update([Change(group, name, value) for name, value in values.items()])

    @property
    def shown(self) -> tuple[str, str]:
        state = self.hardware.state()
        return state["ircut"], state["irled"]


DAY, NIGHT = ("on", "off"), ("off", "on")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    with rig.database:
        yield rig


async def test_night_begins_below_20_and_day_above_40_each_after_three_seconds(rig: Rig) -> None:
    for level, before, after in ((20, DAY, DAY), (19, DAY, NIGHT), (40, NIGHT, NIGHT), (41, NIGHT, DAY)):
        rig.light(level)
        rig.timers.advance(2.99)
        assert rig.shown == before, level
        rig.timers.advance(0.01)
        assert rig.shown == after, level
    assert rig.switches == [True, False]
    assert len(rig.holds) == 2, "motion detection rests at each switch"
    assert rig.timers.due == [], "nothing runs while the light stays"


async def test_a_passing_shadow_or_lamp_switches_nothing(rig: Rig) -> None:
    for _ in range(10):
        rig.light(0)
        rig.timers.advance(2.9)
        rig.light(30)
        rig.timers.advance(0.1)
    assert rig.shown == DAY
    rig.light(5)
    rig.timers.advance(1)
    rig.light(3)
    rig.timers.advance(2)
    assert rig.shown == NIGHT, "another dark level goes on with the same three seconds"


@pytest.mark.parametrize(("light", "shown"), [(19, NIGHT), (20, DAY), (100, DAY)])
async def test_the_first_state_follows_the_light_at_once(tmp_path: Path, light: int, shown: tuple[str, str]) -> None:
    rig = Rig(tmp_path, light=light)
    with rig.database:
        assert rig.shown == shown


async def test_on_is_day_and_off_is_night_whatever_the_light(rig: Rig) -> None:
    await rig.update(Usage="off")
    assert rig.shown == NIGHT
    assert rig.day_night.state() == {"night": True, "usage": "off"}
    await rig.update(Usage="on")
    rig.light(0)
    rig.timers.advance(60)
    assert rig.shown == DAY
    await rig.update(Usage="auto")
    rig.timers.advance(3)
    assert rig.shown == NIGHT


async def days(rig: Rig, start: tuple[str, str], end: tuple[str, str]) -> list[str]:
    """Return the times of day at which the filter switches within two days, with the new states."""
    await rig.update(Usage="schedule", StartHr=start[0], StartMin=start[1], EndHr=end[0], EndMin=end[1])
    seen: list[str] = []

    def note() -> None:
        seen.append(f"{'night' if rig.day_night.is_night else 'day'} {rig.clock.local():%H:%M:%S}")

    rig.day_night.watch(note)
    rig.timers.advance(2 * 24 * 60 * MINUTE_S)
    return seen


async def test_a_schedule_within_a_day(rig: Rig) -> None:
    assert await days(rig, ("06", "30"), ("18", "00")) == ["day 06:30:00", "night 18:00:00"] * 2


async def test_a_schedule_across_midnight(rig: Rig) -> None:
    await rig.update("Time", TimeZone="0")
    seen = await days(rig, ("22", "15"), ("05", "00"))
    assert sorted(set(seen)) == ["day 22:15:00", "night 05:00:00"]
    assert len(seen) == 4
    assert all(one != other for one, other in pairwise(seen))


async def test_a_schedule_of_24_hours_is_day(rig: Rig) -> None:
    assert await days(rig, ("07", "00"), ("07", "00")) == []
    assert rig.shown == DAY


async def test_a_clock_or_zone_that_is_set_counts_at_once(rig: Rig) -> None:
    await rig.update(Usage="schedule", StartHr="10", StartMin="00", EndHr="12", EndMin="00")
    fields = {"minute": 30, "second": 0}
    for hour, shown in ((11, DAY), (13, NIGHT), (10, DAY)):
        await rig.settings.update([], rig.clock.set_fields({"hour": hour, **fields}, rig.clock.zone()))
        assert rig.shown == shown, hour
    seen = set()
    for zone in range(57):
        await rig.update("Time", TimeZone=str(zone))
        assert rig.shown == (DAY if rig.clock.local().hour in (10, 11) else NIGHT), zone
        seen.add(rig.shown)
    assert seen == {DAY, NIGHT}


async def test_a_filter_that_fails_is_noted_once_and_tried_again(tmp_path: Path) -> None:
    rig = Rig(tmp_path, JammedIrCut)
    with rig.database:
        await rig.update(Usage="off")
        rig.timers.advance(60)
        assert rig.notes == ["the filter is blocked"]
        assert (rig.shown, rig.day_night.is_night) == (DAY, False)
        cast("JammedIrCut", rig.driver).jammed = False
        rig.timers.advance(10)
        assert rig.shown == NIGHT
        assert rig.timers.due == []


async def test_without_a_filter_it_is_always_day(rig: Rig) -> None:
    day_night = DayNight(AbsentIrCut(), AbsentLight(), rig.settings, rig.clock, loop=cast("Any", rig.timers))
    day_night.start()
    await rig.update(Usage="off")
    assert not day_night.is_night
