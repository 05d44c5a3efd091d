"""Inputs, motion and the schedules' own times as events; a year of times in seconds."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ipcamd.event_bus import Event, EventBus, EventKind, StorageEvent
from ipcamd.events.schedule import Schedule
from ipcamd.events.triggers import InputTrigger, MotionTrigger, ScheduleTrigger, StateTrigger
from ipcamd.params.event.schedule import SCHEDULES


def schedule(number: int = 1, **values: str) -> Schedule:
    return Schedule(number, SCHEDULES[0].values(Name="x", **values))


def heard() -> tuple[EventBus, list[Event]]:
    bus, events = EventBus(), list[Event]()
    bus.subscribe(events.append)
    return bus, events


def test_an_input_is_an_event_only_when_it_changes() -> None:
    bus, events = heard()
    inputs = InputTrigger(bus, lambda: 7, {1: "low", 2: "low"})
    for number, level in [(1, "low"), (1, "high"), (1, "high"), (2, "high"), (1, "low")]:
        inputs.set_level(number, level, age_ns=0)
    assert events == [
        Event(EventKind.INPUT, 7, 1),
        Event(EventKind.INPUT, 7, 2),
        Event(EventKind.INPUT, 7, 1, is_on=False),
    ]
    inputs.set_level(2, "low", age_ns=3)
    assert events[-1].time_ns == 4


def test_a_state_is_an_event_only_when_it_changes() -> None:
    bus, events = heard()
    states = StateTrigger(bus, EventKind.STORAGE, lambda: 7, dict.fromkeys(StorageEvent, False))
    states.set_states({StorageEvent.INSERTED: True, StorageEvent.FULL: False})
    states.set_states({StorageEvent.INSERTED: True, StorageEvent.FULL: True})
    states.set_states({StorageEvent.FULL: False})
    assert [(event.label, event.is_on) for event in events] == [
        ("sdcard inserted", True),
        ("sdcard full", True),
        ("sdcard not full", False),
    ]
    assert [event.label for event in bus.newest] == [
        "sdcard inserted",
        "sdcard not full",
        "sdcard works",
        "recording stopped",
    ]


class Sensor:
    """A sensor of motion."""

    def __init__(self) -> None:
        self.listeners: set[Callable[[int, int], None]] = set()

    def subscribe(self, listener: Callable[[int, int], None]) -> None:
        self.listeners.add(listener)

    def unsubscribe(self, listener: Callable[[int, int], None]) -> None:
        self.listeners.discard(listener)


async def test_motion_is_looked_for_only_while_it_is_needed() -> None:
    sensor, (bus, events) = Sensor(), heard()
    trigger = MotionTrigger(bus, sensor, lambda: 200)
    trigger.need(True)
    for listener in sensor.listeners:
        listener(3, 99)
    trigger.need(False)
    assert events == [Event(EventKind.MOTION, 99, 3), Event(EventKind.MOTION, 200, 3, is_on=False)]
    assert sensor.listeners == set()


async def test_motion_ends_when_there_is_no_alarm_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.events.triggers.MOTION_END_S", 0.01)
    sensor, bus = Sensor(), EventBus()
    trigger = MotionTrigger(bus, sensor, lambda: 200)
    trigger.need(True)
    with bus.open_queue("test") as events:
        for listener in sensor.listeners:
            listener(2, 98)
            listener(2, 99)
        async with asyncio.timeout(30):
            found = [await anext(events) for _ in range(3)]
    assert found == [
        Event(EventKind.MOTION, 98, 2), Event(EventKind.MOTION, 99, 2), Event(EventKind.MOTION, 200, 2, is_on=False)
    ]  # fmt: skip


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime, zone: str = "UTC") -> None:
        self.now, self.zone = now, ZoneInfo(zone)

    def local(self) -> datetime:
        return self.now.astimezone(self.zone)

    def ns(self) -> int:
        return int(self.now.timestamp()) * 10**9


async def look_through(clock: Clock, schedules: list[Schedule], until: datetime, step: timedelta) -> list[datetime]:
    """Return the local times at which a schedule's own time began."""
    bus, begun = EventBus(), list[datetime]()
    bus.subscribe(lambda event: event.is_on and begun.append(clock.local()))
    times = ScheduleTrigger(schedules, bus, clock.local, clock.ns, lambda _: None)
    while clock.now < until:
        times.check()
        clock.now += step
    times.close()
    return begun


NIGHT = {
    "ScheduleTimeMode": "1", "ScheduleTimeStatus": "1", "ScheduleTimeStartHour": "2", "ScheduleTimeStartMin": "30",
    "ScheduleTimeEndHour": "2", "ScheduleTimeEndMin": "45",
}  # fmt: skip


async def test_a_year_of_nights_through_both_clock_changes() -> None:
    clock = Clock(datetime(2024, 1, 1, tzinfo=UTC), "Europe/Berlin")
    begun = await look_through(clock, [schedule(**NIGHT)], datetime(2025, 1, 1, tzinfo=UTC), timedelta(minutes=15))
    days = [moment.date().isoformat() for moment in begun]
    # in spring 2:30 does not exist and the night is left out; in autumn it comes twice
    assert "2024-03-31" not in days
    assert days.count("2024-10-27") == 2
    assert len(days) == 366
    assert {(moment.hour, moment.minute) for moment in begun} == {(2, 30)}


async def test_a_clock_that_is_set_back_begins_anew() -> None:
    bus, events = heard()
    clock = Clock(datetime(2024, 1, 1, 2, 31, tzinfo=UTC))
    times = ScheduleTrigger([schedule(**NIGHT)], bus, clock.local, clock.ns, lambda _: None)
    for hour, minute in ((2, 31), (2, 40), (3, 0), (2, 35)):
        clock.now = clock.now.replace(hour=hour, minute=minute)
        times.check()
    times.close()
    assert [(event.kind, event.is_on) for event in events] == [(EventKind.SCHEDULE, on) for on in (True, False, True)]


@pytest.mark.parametrize(
    ("now", "followed"), [("02:28", []), ("02:29", [1]), ("02:30", [1]), ("02:45", [1]), ("02:46", [])]
)
async def test_schedules_in_force_are_known_a_minute_before(now: str, followed: list[int]) -> None:
    clock, told = Clock(datetime.fromisoformat(f"2024-01-01T{now}:00+00:00")), list[list[int]]()
    times = ScheduleTrigger(
        [schedule(**NIGHT)], EventBus(), clock.local, clock.ns, lambda found: told.append([s.number for s in found])
    )
    times.check()
    times.close()
    assert told == [followed]


async def test_without_schedules_no_timer_runs() -> None:
    clock = Clock(datetime(2024, 1, 1, tzinfo=UTC))
    before = len(asyncio.get_running_loop()._scheduled)  # type: ignore[attr-defined]
    ScheduleTrigger([schedule(Enable="0")], EventBus(), clock.local, clock.ns, lambda _: None).check()
    assert len(asyncio.get_running_loop()._scheduled) == before  # type: ignore[attr-defined]
