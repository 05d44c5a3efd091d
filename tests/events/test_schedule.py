"""Schedule: its hours, and its triggers (SDK 11)."""

from datetime import datetime

import pytest

from ipcamd.event_bus import Event, EventKind
from ipcamd.events.schedule import Schedule
from ipcamd.params.event.schedule import SCHEDULES


def schedule(**values: str) -> Schedule:
    return Schedule(1, SCHEDULES[0].values(Name="x", **values))


def hours(start: str, end: str, **values: str) -> Schedule:
    names = ("StartHour", "StartMin", "EndHour", "EndMin")
    numbers = [*start.split(":"), *end.split(":")]
    times = {f"ScheduleTime{name}": str(int(number)) for name, number in zip(names, numbers, strict=True)}
    return schedule(ScheduleTimeStatus="1", **times, **values)


NO_DAYS = dict.fromkeys(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), "0")

CASES = [
    # schedule, local time (2024-01-01 is a Monday), counts
    (schedule(), "2024-01-01 00:00", True),
    (schedule(Enable="0"), "2024-01-01 00:00", False),
    (schedule(Monday="0"), "2024-01-01 12:00", False),
    (schedule(**NO_DAYS | {"Sunday": "1"}), "2024-01-07 23:59", True),
    (schedule(**NO_DAYS | {"Sunday": "1"}), "2024-01-08 00:00", False),
    (hours("8:00", "17:30"), "2024-01-01 07:59", False),
    (hours("8:00", "17:30"), "2024-01-01 08:00", True),
    (hours("8:00", "17:30"), "2024-01-01 17:30", True),
    (hours("8:00", "17:30"), "2024-01-01 17:31", False),
    (hours("9:05", "9:05"), "2024-01-01 09:05", True),
    (hours("9:05", "9:05"), "2024-01-01 09:06", False),
    (hours("22:00", "6:00"), "2024-01-01 23:00", True),
    (hours("22:00", "6:00"), "2024-01-02 06:00", True),
    (hours("22:00", "6:00"), "2024-01-02 06:01", False),
    (hours("22:00", "6:00"), "2024-01-02 21:59", False),
    # the night that starts on the only day continues; the night that ends on it does not count
    (hours("22:00", "6:00", **NO_DAYS | {"Monday": "1"}), "2024-01-02 05:00", True),
    (hours("22:00", "6:00", **NO_DAYS | {"Monday": "1"}), "2024-01-01 05:00", False),
    (hours("22:00", "6:00", **NO_DAYS | {"Monday": "1"}), "2024-01-02 22:30", False),
]


@pytest.mark.parametrize(("schedule", "local", "counts"), CASES)
def test_days_and_hours(schedule: Schedule, local: str, counts: bool) -> None:
    assert schedule.is_in_force(datetime.fromisoformat(local)) is counts


@pytest.mark.parametrize(
    ("values", "event", "wanted"),
    [
        ({"TriggerMotion": "1"}, Event(EventKind.MOTION, 0), True),
        ({}, Event(EventKind.MOTION, 0), False),
        ({"TriggerDI1": "1"}, Event(EventKind.INPUT, 0, 1), True),
        ({"TriggerDI1": "1"}, Event(EventKind.INPUT, 0, 1, is_on=False), False),
        ({"TriggerDI1": "1", "TriggerDI1Type": "1"}, Event(EventKind.INPUT, 0, 1, is_on=False), True),
        ({"TriggerDI1": "1"}, Event(EventKind.INPUT, 0, 2), False),
        ({"TriggerDI2": "1", "TriggerDI2Type": "1"}, Event(EventKind.INPUT, 0, 2, is_on=False), True),
        ({"ScheduleTimeMode": "1"}, Event(EventKind.SCHEDULE, 0, 1), True),
        ({"ScheduleTimeMode": "1"}, Event(EventKind.SCHEDULE, 0, 2), False),
    ],
)
def test_triggers_of_a_schedule(values: dict[str, str], event: Event, wanted: bool) -> None:
    assert schedule(**values).is_started_by(event) is wanted
