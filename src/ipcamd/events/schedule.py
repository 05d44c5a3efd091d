"""Schedule (SDK 11): its triggers and times."""

from datetime import datetime, timedelta

from ipcamd.dataclass import dataclass
from ipcamd.event_bus import Event, EventKind
from ipcamd.params.event.schedule import DAYS
from ipcamd.params.group import Values

_LEVELS = ("high", "low")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule in its slot. `values` are its fields (``params/event/schedule.py``)."""

    number: int
    """The slot, 1 to 10."""
    values: Values

    @property
    def name(self) -> str:
        """Its name."""
        return self.values["Name"]

    def has(self, flag: str) -> bool:
        """Whether one of its flags is 1."""
        return self.values.flag(flag)

    def is_started_by(self, event: Event) -> bool:
        """Whether `event` starts it, regardless of its times."""
        match event.kind:
            case EventKind.MOTION:
                return event.is_on and self.has("TriggerMotion")
            case EventKind.INPUT:
                trigger = f"TriggerDI{event.number}"
                return self.has(trigger) and event.level == _LEVELS[self.values.number(f"{trigger}Type")]
            case EventKind.SCHEDULE:
                return event.is_on and event.number == self.number
        return False

    def is_in_force(self, local: datetime) -> bool:
        """Whether it is in force at this local time: enabled, on one of its days, within its hours."""
        return self.has("Enable") and (self._from(local) or self._from_yesterday(local))

    def begin(self, local: datetime) -> datetime:
        """Return the beginning of the interval that contains this local time, without time zone; for a schedule in
        force."""
        now = local.replace(tzinfo=None)
        start, _, _ = self._hours(local)
        begin = now.replace(hour=start // 60, minute=start % 60, second=0, microsecond=0)
        return begin if begin <= now else begin - _DAY

    def _from(self, local: datetime) -> bool:
        """Whether the interval that starts on this day contains the time."""
        if not self.has(DAYS[local.weekday()]):
            return False
        start, end, now = self._hours(local)
        return start <= now if end < start else start <= now <= end

    def _from_yesterday(self, local: datetime) -> bool:
        """Whether the interval that started on the day before, and crosses midnight, contains the time."""
        start, end, now = self._hours(local)
        return end < start and now <= end and self.has(DAYS[(local - _DAY).weekday()])

    def _hours(self, local: datetime) -> tuple[int, int, int]:
        """Return start, end and present time in minutes of the day; the end minute is included."""
        now = local.hour * 60 + local.minute
        if not self.has("ScheduleTimeStatus"):
            return 0, 24 * 60 - 1, now
        return self._minute("Start"), self._minute("End"), now

    def _minute(self, which: str) -> int:
        return self.values.number(f"ScheduleTime{which}Hour") * 60 + self.values.number(f"ScheduleTime{which}Min")
