"""Triggers of events: input levels, motion, other states, and the schedules' own times, published on the event bus."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from ipcamd.event_bus import Event, EventBus, EventKind
from ipcamd.events.schedule import Schedule
from ipcamd.motion.motion_detection import MotionDetection
from ipcamd.params.motion import WINDOWS

MOTION_END_S = 6.0
"""Seconds without an alarm after which motion has ended; during motion there is one every 5 s."""
CHECK_INTERVAL_S = 10.0
"""Longest interval of checks, in seconds, because the clock can be set."""


class StateTrigger:
    """Trigger for states that are on or off: an event for each change."""

    def __init__(self, bus: EventBus, kind: EventKind, now_ns: Callable[[], int], states: Mapping[int, bool]) -> None:
        """`states` are the present ones by event number."""
        self._bus = bus
        self._kind = kind
        self._now_ns = now_ns
        self._states = dict(states)
        for number, is_on in states.items():
            bus.note(Event(kind, now_ns(), number, is_on))

    def set_states(self, states: Mapping[int, bool], age_ns: int = 0) -> None:
        """Report states, changed or not, and their age in nanoseconds."""
        for number, is_on in states.items():
            if is_on is not self._states[number]:
                self._states[number] = is_on
                self._bus.publish(Event(self._kind, self._now_ns() - age_ns, number, is_on))


class InputTrigger(StateTrigger):
    """Trigger for the digital inputs: an event for each change of level."""

    def __init__(self, bus: EventBus, now_ns: Callable[[], int], levels: Mapping[int, str]) -> None:
        """`levels` are the present ones by input number, ``high`` or ``low``."""
        super().__init__(bus, EventKind.INPUT, now_ns, {number: level == "high" for number, level in levels.items()})

    def set_level(self, number: int, level: str, age_ns: int) -> None:
        """Report the level of an input, changed or not, and its age in nanoseconds."""
        self.set_states({number: level == "high"}, age_ns)


class MotionTrigger:
    """Trigger for motion: an event for each alarm and for the end of motion, analysed only on demand."""

    def __init__(self, bus: EventBus, motion: MotionDetection, now_ns: Callable[[], int]) -> None:
        self._bus = bus
        self._motion = motion
        self._now_ns = now_ns
        self._ends: dict[int, asyncio.TimerHandle] = {}
        """Windows with motion, and the end of the motion without another alarm."""
        for window in range(1, WINDOWS + 1):
            bus.note(Event(EventKind.MOTION, now_ns(), window, is_on=False))

    def need(self, needed: bool) -> None:
        """Enable or disable the analysis."""
        if needed:
            self._motion.subscribe(self._alarm)
        else:
            self._motion.unsubscribe(self._alarm)
            self.close()

    def close(self) -> None:
        """End the motion in progress."""
        for window in tuple(self._ends):
            self._end(window)

    def _alarm(self, window: int, time_ns: int) -> None:
        if end := self._ends.get(window):
            end.cancel()
        self._ends[window] = asyncio.get_running_loop().call_later(MOTION_END_S, self._end, window)
        self._bus.publish(Event(EventKind.MOTION, time_ns, window))

    def _end(self, window: int) -> None:
        self._ends.pop(window).cancel()
        self._bus.publish(Event(EventKind.MOTION, self._now_ns(), window, is_on=False))


class ScheduleTrigger:
    """Trigger for the schedules' own times; also reports the schedules in force."""

    def __init__(
        self,
        schedules: Iterable[Schedule],
        bus: EventBus,
        local: Callable[[], datetime],
        now_ns: Callable[[], int],
        follow: Callable[[list[Schedule]], None],
    ) -> None:
        """`follow` is called at each check with the schedules in force now or within a minute. `local` returns the
        local time, `now_ns` the same as nanoseconds since the epoch."""
        self._schedules = schedules
        self._bus = bus
        self._local = local
        self._now_ns = now_ns
        self._follow = follow
        self._running: set[int] = set()
        """Numbers of the schedules within their own time (ScheduleTimeMode=1)."""
        self._timer: asyncio.TimerHandle | None = None

    def check(self) -> None:
        """Check the schedules against the clock now, and again at the next minute or after `CHECK_INTERVAL_S`."""
        self.close()
        local = self._local()
        soon = local + timedelta(minutes=1)
        self._follow([s for s in self._schedules if s.is_in_force(local) or s.is_in_force(soon)])
        running = {s.number for s in self._schedules if s.has("ScheduleTimeMode") and s.is_in_force(local)}
        changed, self._running = running ^ self._running, running
        for number in sorted(changed):
            self._bus.publish(Event(EventKind.SCHEDULE, self._now_ns(), number, number in running))
        if any(s.has("Enable") for s in self._schedules):
            rest = 60 - local.second - local.microsecond / 1e6
            self._timer = asyncio.get_running_loop().call_later(min(rest, CHECK_INTERVAL_S), self.check)

    def close(self) -> None:
        """Stop checking."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
