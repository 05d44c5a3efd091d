"""What starts schedules: the inputs' levels, motion, and the schedules' own times, all told to the bus."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from ipcamd.event_bus import Event, EventBus, Kind
from ipcamd.events.schedule import Schedule

LOOK = 10.0
"""Seconds at most from one look at the clock to the next, since the clock can be set."""


class MotionSensor(Protocol):
    """Who sees motion (`ipcamd.motion`)."""

    def subscribe(self, listener: Callable[[int, int], None]) -> None:
        """Call ``listener(window, moment)`` at each alarm."""

    def unsubscribe(self, listener: Callable[[int, int], None]) -> None:
        """Call it no more."""


class Inputs:
    """The digital inputs: an event for each change of level."""

    def __init__(self, bus: EventBus, now_ns: Callable[[], int], levels: dict[Kind, str]) -> None:
        """`levels` are the present ones, ``high`` or ``low``."""
        self._bus = bus
        self._now_ns = now_ns
        self._levels = levels

    def hear(self, kind: Kind, level: str) -> None:
        """Take the level of an input, changed or not."""
        if level != self._levels[kind]:
            self._levels[kind] = level
            self._bus.publish(Event(kind, self._now_ns(), level))


class MotionTrigger:
    """Motion alarms become events, while somebody needs them: nothing is looked at for nobody."""

    def __init__(self, bus: EventBus, motion: MotionSensor) -> None:
        self._bus = bus
        self._motion = motion

    def need(self, needed: bool) -> None:
        """Say whether anybody needs them."""
        if needed:
            self._motion.subscribe(self._hear)
        else:
            self._motion.unsubscribe(self._hear)

    def _hear(self, window: int, moment: int) -> None:
        self._bus.publish(Event(Kind.MOTION, moment, window=window))


class Times:
    """The schedules' times: says which schedules are in force, and that one of its own accord begins."""

    def __init__(
        self,
        schedules: Iterable[Schedule],
        bus: EventBus,
        local: Callable[[], datetime],
        now_ns: Callable[[], int],
        follow: Callable[[list[Schedule]], None],
    ) -> None:
        """`follow` is told, at each look, which schedules are in force or will be within a minute."""
        self._schedules = schedules
        self._bus = bus
        self._local = local
        self._now_ns = now_ns
        self._follow = follow
        self._running: set[int] = set()
        self._timer: asyncio.TimerHandle | None = None

    def look(self) -> None:
        """Look at the clock: now, and again when it can make a difference."""
        self.close()
        local = self._local()
        soon = local + timedelta(minutes=1)
        self._follow([s for s in self._schedules if s.counts(local) or s.counts(soon)])
        running = {s.number for s in self._schedules if s.has("ScheduleTimeMode") and s.counts(local)}
        begun, self._running = running - self._running, running
        if begun:
            self._bus.publish(Event(Kind.TIME, self._now_ns(), numbers=frozenset(begun)))
        if any(s.has("Enable") for s in self._schedules):
            rest = 60 - local.second - local.microsecond / 1e6
            self._timer = asyncio.get_running_loop().call_later(min(rest, LOOK), self.look)

    @property
    def running(self) -> set[int]:
        """The numbers of the schedules whose own time lasts (ScheduleTimeMode=1)."""
        return self._running

    def close(self) -> None:
        """Look no more."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
