"""Times of scheduled snapshots (`SnapshotInterval`): at an interval, while a schedule is in force."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any

from ipcamd.events.schedule import Schedule
from ipcamd.events.triggers import CHECK_INTERVAL_S
from ipcamd.workers.tasks import end_tasks

INTERVAL = "SnapshotInterval"
"""Field of a schedule: seconds from picture to picture; 0: none."""

SMALL_STEP = timedelta(minutes=1)
"""Longest backward step of the clock that repeats no moments; after a longer one, pictures follow the new time at
once."""

TakeSnapshot = Callable[[Schedule, datetime], Coroutine[Any, Any, None]]
"""Takes the picture of a schedule that is due at a local time, without time zone."""


class SnapshotTimes:
    """Moments of pictures, counted from the beginning of a schedule's hours on each day. For the event loop.

    Moments missed while the camera is off, or in a jump of its clock, are skipped: at most one picture is taken then. A
    backward step of up to `SMALL_STEP` repeats no moments.
    """

    def __init__(
        self,
        schedules: Iterable[Schedule],
        take: TakeSnapshot,
        local: Callable[[], datetime],
        is_suspended: Callable[[], bool] = lambda: False,
    ) -> None:
        """`local` returns the local time; while `is_suspended`, no pictures are taken."""
        self._schedules = schedules
        self._take = take
        self._local = local
        self._is_suspended = is_suspended
        self._last: dict[int, datetime | None] = {}
        """Newest moment of each schedule; None: it was not in force at the last check."""
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def restart(self, number: int, *_: object) -> None:
        """Restart a changed schedule at its next moment (a watcher of the settings)."""
        self._last.pop(number, None)
        self.check()

    def check(self) -> None:
        """Take the pictures that are due; check again at the next moment, or earlier because the clock can be set."""
        self._cancel_timer()
        local = self._local()
        active = [schedule for schedule in self._schedules if schedule.has("Enable") and _interval(schedule)]
        for number in self._last.keys() - {schedule.number for schedule in active}:
            del self._last[number]
        for schedule in active:
            self._check(schedule, local)
        if active:
            rest_s = min(_rest_s(schedule, local) for schedule in active)
            self._timer = asyncio.get_running_loop().call_later(min(rest_s, CHECK_INTERVAL_S), self.check)

    async def close(self) -> None:
        """Take no more pictures."""
        self._cancel_timer()
        await end_tasks(*self._tasks.values())

    def _check(self, schedule: Schedule, local: datetime) -> None:
        number, due = schedule.number, moment_at(schedule, local)
        is_known, last = number in self._last, self._last.get(number)
        if due and last and due <= last and last - local.replace(tzinfo=None) <= SMALL_STEP:
            return
        self._last[number] = due
        if due and is_known and (last is None or due > last):
            self._begin(schedule, due)

    def _begin(self, schedule: Schedule, due: datetime) -> None:
        """Take a picture, unless the previous one is still in progress."""
        number = schedule.number
        if number not in self._tasks and not self._is_suspended():
            self._tasks[number] = asyncio.get_running_loop().create_task(self._take(schedule, due))
            self._tasks[number].add_done_callback(lambda _: self._tasks.pop(number))

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def moment_at(schedule: Schedule, local: datetime) -> datetime | None:
    """Return the newest moment of a picture at a local time; None if the schedule is not in force."""
    if not schedule.is_in_force(local):
        return None
    begin, interval = schedule.begin(local), _interval(schedule)
    return begin + (local.replace(tzinfo=None) - begin) // interval * interval


def _rest_s(schedule: Schedule, local: datetime) -> float:
    """Return the seconds until the next moment; of a schedule that is not in force, until the next minute."""
    now = local.replace(tzinfo=None)
    if due := moment_at(schedule, local):
        return (due + _interval(schedule) - now).total_seconds()
    return 60 - now.second - now.microsecond / 1e6


def _interval(schedule: Schedule) -> timedelta:
    return timedelta(seconds=schedule.values.number(INTERVAL))
