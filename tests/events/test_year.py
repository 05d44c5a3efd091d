"""Ten schedules, a year, clocks that change twice: starts and hours equal those of a table of the week's minutes."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.events.test_schedule import NO_DAYS, hours

from ipcamd.event_bus import EventBus
from ipcamd.events.schedule import Schedule
from ipcamd.events.triggers import ScheduleTrigger

WEEK = 7 * 24 * 60
STEP = timedelta(minutes=15)
"""All schedules begin at a quarter of an hour."""

SPANS = [
    # from, to, days
    ("0:00", "23:59", "MondayTuesdayWednesdayThursdayFriday"),
    ("22:15", "5:45", "Friday"),
    ("22:15", "6:00", "Saturday"),
    ("0:00", "0:00", "Monday"),
    ("2:30", "2:45", "MondayTuesdayWednesdayThursdayFridaySaturdaySunday"),
    ("23:45", "23:59", "Sunday"),
    ("12:15", "12:00", "Wednesday"),
    ("1:45", "3:15", "Sunday"),
    ("8:30", "17:00", "TuesdayThursday"),
    ("3:00", "2:59", "Sunday"),
]


def minute(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    return 60 * hour + minute


def painted(start: str, end: str, days: str) -> list[bool]:
    """Return of each minute of a week, from Monday on, whether it belongs to a schedule: both ends do."""
    week = [False] * WEEK
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    for day in (number for number, name in enumerate(names) if name in days):
        for offset in range((minute(end) - minute(start)) % (24 * 60) + 1):
            week[(day * 24 * 60 + minute(start) + offset) % WEEK] = True
    return week


WEEKS = [painted(*span) for span in SPANS]


def schedules() -> Iterator[Schedule]:
    for number, (start, end, days) in enumerate(SPANS, 1):
        flags = {day: "1" for day in NO_DAYS if day in days}
        yield Schedule(number, hours(start, end, ScheduleTimeMode="1", **NO_DAYS | flags).values)


def of_week(local: datetime) -> int:
    return local.weekday() * 24 * 60 + local.hour * 60 + local.minute


def expected(moments: list[datetime]) -> list[tuple[datetime, int]]:
    """Return the starts of the schedules, if these local times are checked."""
    begun, running = [], set[int]()
    for local in moments:
        now = {number for number, week in enumerate(WEEKS, 1) if week[of_week(local)]}
        begun += [(local, number) for number in sorted(now - running)]
        running = now
    return begun


def quarters(zone: str, days: int) -> list[datetime]:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    return [(first + number * STEP).astimezone(ZoneInfo(zone)) for number in range(days * 96)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "days"),
    # beyond Berlin's year: a clock that changes on another day, and a zone of half an hour whose clock never changes
    [("Europe/Berlin", 365), ("America/New_York", 84), ("Asia/Kolkata", 21)],
)
async def test_a_year_of_ten_schedules(zone: str, days: int) -> None:
    moments, begun, bus = quarters(zone, days), list[tuple[datetime, int]](), EventBus()
    passed: list[datetime] = []
    bus.subscribe(lambda event: event.is_on and begun.append((passed[-1], event.number)))
    times = ScheduleTrigger(list(schedules()), bus, lambda: passed[-1], lambda: 0, lambda _: None)
    for moment in moments:
        passed.append(moment)
        times.check()
    times.close()
    assert begun == expected(moments)
    assert {number for _, number in begun} == set(range(1, 11))


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time passes as soon as there is nothing to do."""

    passed = 0.0

    def time(self) -> float:
        return self.passed

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.passed = max(self.passed, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def live(first: datetime, length: timedelta, zone: str, begins: Callable[[datetime, int], None]) -> None:
    """Let a camera's own timers run for so long."""

    async def run() -> None:
        loop, bus = asyncio.get_running_loop(), EventBus()

        def local() -> datetime:
            return (first + timedelta(seconds=loop.time())).astimezone(ZoneInfo(zone))

        bus.subscribe(lambda event: event.is_on and begins(local(), event.number))
        times = ScheduleTrigger(list(schedules()), bus, local, lambda: 0, lambda _: None)
        times.check()
        await asyncio.sleep(length.total_seconds())
        times.close()

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(run())


@pytest.mark.slow
@pytest.mark.parametrize("day", [datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)])
def test_each_begins_at_its_very_second_on_the_nights_when_the_clock_changes(day: datetime) -> None:
    begun: list[tuple[datetime, int]] = []
    live(day, timedelta(hours=6), "Europe/Berlin", lambda local, number: begun.append((local, number)))
    moments = [(day + n * STEP).astimezone(ZoneInfo("Europe/Berlin")) for n in range(24)]
    assert [(local.replace(microsecond=0), number) for local, number in begun] == expected(moments)
    assert {number for _, number in begun} >= {3, 8, 10}
