"""Time lapse: the moments of pictures, over midnight, while the camera is off, and when the clock is set."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ipcamd.events.schedule import Schedule
from ipcamd.events.snapshot_times import SnapshotTimes
from ipcamd.params.event.schedule import SCHEDULES

DAY = "2026-03-02 "
"""A Monday."""


def schedule(interval: int, number: int = 1, **values: str) -> Schedule:
    return Schedule(number, SCHEDULES[number - 1].values(Name="x", SnapshotInterval=str(interval), **values))


def hours(start: int, end: int) -> dict[str, str]:
    times = {"ScheduleTimeStartHour": str(start), "ScheduleTimeEndHour": str(end), "ScheduleTimeEndMin": "0"}
    return {"ScheduleTimeStatus": "1", **times}


class SnapshotRig:
    """A time lapse whose clock is set by hand."""

    def __init__(self, *schedules: Schedule) -> None:
        self.schedules = list(schedules)
        self.now = datetime.fromisoformat(f"{DAY}00:00:00")
        self.taken = list[str]()
        self.is_suspended = False
        self.is_slow = False
        self.lapse = SnapshotTimes(self.schedules, self._take, lambda: self.now, lambda: self.is_suspended)

    async def at(self, *times: str | datetime) -> list[str]:
        """Check at these times; return the moments of the pictures that were taken."""
        self.taken.clear()
        for time in times:
            self.now = time if isinstance(time, datetime) else datetime.fromisoformat(DAY + time)
            self.lapse.check()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return self.taken.copy()

    async def _take(self, schedule: Schedule, due: datetime) -> None:
        self.taken.append(f"{due:%H:%M:%S}")
        while self.is_slow:  # noqa: ASYNC110 - until it is cancelled
            await asyncio.sleep(0.01)


async def test_an_interval_within_the_hours() -> None:
    rig = SnapshotRig(schedule(1200, **hours(8, 9)))
    try:
        assert await rig.at("07:59:59", "08:00:00", "08:00:01", "08:19:59") == ["08:00:00"]
        assert await rig.at("08:20:00.5", "08:20:05", "08:40:02", "09:00:00") == ["08:20:00", "08:40:00", "09:00:00"]
        assert await rig.at("09:00:59", "09:01:00", "09:20:00", "12:00:00") == []
        assert await rig.at(datetime.fromisoformat("2026-03-03 08:00:01")) == ["08:00:00"]
    finally:
        await rig.lapse.close()


async def test_one_picture_a_day() -> None:
    rig = SnapshotRig(schedule(86_400, **hours(12, 12)))
    try:
        days = [datetime.fromisoformat(f"2026-03-0{day} {time}") for day in (3, 4) for time in ("11:59:50", "12:00:00")]
        assert await rig.at("00:00:00", *days) == ["12:00:00"] * 2
    finally:
        await rig.lapse.close()


async def test_pictures_due_while_the_camera_is_off_are_not_taken_later() -> None:
    rig = SnapshotRig(schedule(600))
    try:
        assert await rig.at("10:05:00", "10:09:59") == []  # it starts in the middle
        assert await rig.at("10:10:00") == ["10:10:00"]
        assert await rig.at("13:07:00", "13:09:00", "13:10:00") == [
            "13:00:00",
            "13:10:00",
        ]  # it was suspended for hours
    finally:
        await rig.lapse.close()


async def test_a_clock_that_is_set_back() -> None:
    rig = SnapshotRig(schedule(60))
    try:
        assert await rig.at("10:00:30", "10:01:00") == ["10:01:00"]
        assert await rig.at("10:00:58", "10:01:00", "10:02:00") == ["10:02:00"]  # not the same once more
        assert await rig.at("08:30:20", "08:30:59") == []
        assert await rig.at("08:31:00", "08:32:00") == ["08:31:00", "08:32:00"]
    finally:
        await rig.lapse.close()


async def test_the_change_to_winter_time() -> None:
    zone, rig = ZoneInfo("Europe/Berlin"), SnapshotRig(schedule(1800))
    began = datetime(2026, 10, 25, 1, 50, tzinfo=zone).timestamp()
    try:
        times = [datetime.fromtimestamp(began + 60 * minute, zone) for minute in range(150)]
        assert await rig.at(*times) == ["02:00:00", "02:30:00", "02:30:00", "03:00:00"]
    finally:
        await rig.lapse.close()


async def test_the_change_to_summer_time() -> None:
    zone, rig = ZoneInfo("Europe/Berlin"), SnapshotRig(schedule(1800))
    began = datetime(2026, 3, 29, 1, 25, tzinfo=zone).timestamp()
    try:
        times = [datetime.fromtimestamp(began + 60 * minute, zone) for minute in range(70)]
        assert await rig.at(*times) == ["01:30:00", "03:00:00", "03:30:00"]
    finally:
        await rig.lapse.close()


async def test_the_night_of_a_day() -> None:
    rig = SnapshotRig(schedule(3600, **hours(23, 1), Tuesday="0"))
    try:
        night = datetime.fromisoformat(f"{DAY}22:30:00")
        times = [night + timedelta(minutes=10 * step) for step in range(24)]
        assert await rig.at(*times) == ["23:00:00", "00:00:00", "01:00:00"]
    finally:
        await rig.lapse.close()


async def test_changes_begin_anew_and_a_slow_picture_is_not_overtaken() -> None:
    rig = SnapshotRig(schedule(60))
    try:
        assert await rig.at("10:00:30") == []
        rig.schedules[:] = [schedule(10)]
        rig.lapse.restart(1)
        assert await rig.at("10:00:31", "10:00:40") == ["10:00:40"]
        rig.is_suspended = True
        assert await rig.at("10:00:50") == []
        rig.is_suspended, rig.is_slow = False, True
        assert await rig.at("10:01:00", "10:01:10", "10:01:20") == ["10:01:00"]
        rig.schedules.clear()
        rig.lapse.restart(1)
        assert rig.lapse._timer is None
    finally:
        await rig.lapse.close()
    assert not rig.lapse._tasks
