"""Day and night: moves the IR-cut filter as set in ``IRCUt`` (SDK 10.14). At night the picture is grey."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from ipcamd.device.clock import CameraClock
from ipcamd.device.driver_guard import FailureNote
from ipcamd.device.drivers import IrCut, LightSensor
from ipcamd.errors import RequestFailed
from ipcamd.params.device.ircut import IRCUT
from ipcamd.params.group import Values
from ipcamd.params.time import TIME
from ipcamd.settings.settings import Settings

NIGHT_BELOW = 20
"""Light below which night starts (clarifications, IR cut)."""
DAY_ABOVE = 40
"""Light above which day starts."""
LIGHT_S = 3.0
"""Seconds for which the light must stay there."""
SETTLE_S = 1.0
"""Pause of motion detection after a switch, in seconds."""
RETRY_S = 10.0
"""Seconds from a failure of the filter to the next attempt."""


class DayNight:
    """Day and night of one camera. For the event loop."""

    def __init__(
        self,
        driver: IrCut,
        light: LightSensor,
        settings: Settings,
        clock: CameraClock,
        note: Callable[[str], None] = lambda _: None,
        hold: Callable[[float], None] = lambda _: None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """`light` is the sensor that decides with ``Usage=auto``, `note` writes a failure to the event log, `hold`
        suspends motion detection for this many seconds, `loop` has the monotonic clock and the timers; None is the
        running one."""
        self._driver, self._light, self._settings, self._clock = driver, light, settings, clock
        self._note, self._hold, self._loop = FailureNote(note), hold, loop or asyncio.get_running_loop()
        self._is_set = False
        """Whether the filter was set; the position of a real filter is unknown at the start."""
        self._changing_since_s: float | None = None
        """Time since which the light requires the other state."""
        self._timer: asyncio.TimerHandle | None = None
        self._watchers: list[Callable[[], None]] = []

    @property
    def is_night(self) -> bool:
        """Whether the filter is removed and the picture is grey."""
        return not self._driver.in_path

    def state(self) -> dict[str, object]:
        """Return the state for pages."""
        return {"night": self.is_night, "usage": self._values["Usage"]}

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after each switch."""
        self._watchers.append(watcher)

    def start(self) -> None:
        """Start to follow light, clock and settings. With `auto`, the first state is set at once."""
        if not self._driver.is_present:
            return
        if self._values["Usage"] == "auto":
            self._switch(self._is_day_by_light())
        self._light.watch(self.refresh)
        self._settings.check_hardware(IRCUT.name, self._driver.check)
        self._clock.watch(self.refresh)
        for group in (IRCUT, TIME):
            self._settings.watch(group.name, lambda _: self.refresh())
        self.refresh()

    def close(self) -> None:
        """Stop; the filter keeps its position."""
        if self._timer:
            self._timer.cancel()

    def refresh(self) -> None:
        """Set the filter for the present time, and schedule the next check if time alone may change it."""
        self.close()
        is_day, next_s = self._wanted()
        if not self._switch(is_day):
            next_s = RETRY_S
        self._timer = None if next_s is None else self._loop.call_later(next_s, self.refresh)

    @property
    def _values(self) -> Values:
        return self._settings[IRCUT.name]

    def _wanted(self) -> tuple[bool, float | None]:
        """Return whether it should be day, and the seconds after which this may change by itself."""
        usage = self._values["Usage"]
        if usage == "auto":
            return self._follow_light()
        self._changing_since_s = None
        if usage == "schedule":
            local = self._clock.local()
            return is_scheduled_day(self._values, local), 60 - local.second - local.microsecond / 1e6
        return usage == "on", None

    def _follow_light(self) -> tuple[bool, float | None]:
        is_day = self._driver.in_path
        if self._is_day_by_light() == is_day:
            self._changing_since_s = None
            return is_day, None
        now = self._loop.time()
        if self._changing_since_s is None:
            self._changing_since_s = now
        rest_s = self._changing_since_s + LIGHT_S - now
        if rest_s > 0:
            return is_day, rest_s
        self._changing_since_s = None
        return not is_day, None

    def _is_day_by_light(self) -> bool:
        """Return whether the light is that of the day; between the limits, or if unknown, it stays the same."""
        in_path, light = self._driver.in_path, self._light.level
        if light is None:
            return in_path
        return light >= NIGHT_BELOW if in_path else light > DAY_ABOVE

    def _switch(self, is_day: bool) -> bool:
        """Move the filter, if necessary. Return whether it is in position."""
        is_change = is_day != self._driver.in_path
        if self._is_set and not is_change:
            return True
        if is_change:
            self._hold(SETTLE_S)
        try:
            self._driver.set_filter(is_day)
        except RequestFailed as error:
            self._note.fail(str(error))
            return False
        self._is_set = True
        self._note.succeed()
        for watcher in self._watchers if is_change else ():
            watcher()
        return True


def is_scheduled_day(values: Values, local: datetime) -> bool:
    """Return whether the interval of ``IRCUt`` contains the local time.

    It ends before the end minute; an end before the start is on the next day; with equal start and end the day has 24
    hours.
    """
    start, end = (values.number(f"{edge}Hr") * 60 + values.number(f"{edge}Min") for edge in ("Start", "End"))
    now = local.hour * 60 + local.minute
    return start <= now < end if start < end else not end <= now < start
