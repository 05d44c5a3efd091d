"""``Event.Schedule.1`` to ``.10`` (SDK 11): what starts a recording, when that counts, and what is done then."""

from dataclasses import dataclass

from ipcamd.params.group import Group, Param
from ipcamd.params.kinds.choice import FLAG, OneOf
from ipcamd.params.kinds.kind import TextKind, ValueKind
from ipcamd.params.kinds.number import Integer

SLOTS = 10
"""So many schedules there can be."""

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""The day flags, in the order of ``datetime.weekday()``."""


@dataclass(frozen=True, slots=True)
class Name(TextKind):
    """A schedule's name; it stands in listings, so it is one line."""

    allowed: str = "1 to 16 printable characters, no blank at either end"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        if not 1 <= len(text) <= 16 or not text.isprintable() or text != text.strip():
            raise ValueError(self.allowed)
        return text


_LEVEL = OneOf(("0", "1"), ("high", "low"), (0, 1))
_HOUR, _MINUTE = Integer(0, 23), Integer(0, 59)


def _flag(name: str, help: str, default: str = "0") -> Param:
    return _param(name, FLAG, default, help)


def _param(name: str, kind: ValueKind, default: str, help: str, unit: str = "") -> Param:
    return Param(name, kind, default, help, unit)


FIELDS: tuple[Param, ...] = (
    _flag("Enable", "The schedule counts.", "1"),
    _param("Name", Name(), "", "The schedule's name, its own alone. Empty: the slot is free."),
    _flag("TriggerMotion", "Motion starts it."),
    _flag("TriggerDI1", "Digital input 1 starts it."),
    _param("TriggerDI1Type", _LEVEL, "0", "The state of input 1 that starts it."),
    _flag("TriggerDI2", "Digital input 2 starts it."),
    _param("TriggerDI2Type", _LEVEL, "0", "The state of input 2 that starts it."),
    _flag("ScheduleTimeMode", "Its time itself starts it, and it goes on for as long as that lasts."),
    *(_flag(day, f"It counts on {day}s.", "1") for day in (DAYS[-1], *DAYS[:-1])),
    _flag("ScheduleTimeStatus", "It counts from its start to its end only; 0: all day."),
    _param("ScheduleTimeStartHour", _HOUR, "0", "Hour of its start.", "h"),
    _param("ScheduleTimeStartMin", _MINUTE, "0", "Minute of its start.", "min"),
    _param("ScheduleTimeEndHour", _HOUR, "23", "Hour of its end; an end before the start is on the next day.", "h"),
    _param("ScheduleTimeEndMin", _MINUTE, "59", "Minute of its end, which is part of it.", "min"),
    _flag("EnableFtp", "What is captured goes to the FTP server."),
    _flag("EnableEmail", "What is captured goes out by mail."),
    _flag("EnableSamba", "What is captured goes to the Samba server."),
    _flag("EnableSDCard", "What is captured goes to the SD card."),
    _flag("EnableDigitalOutput", "Digital output 1 goes high."),
    _param("DigitalOutputTime", Integer(1, 60), "10", "How long the output stays high.", "s"),
)
"""The fields of a schedule, in the order in which they are listed."""

SCHEDULES: tuple[Group, ...] = tuple(Group(f"Event.Schedule.{n}", "11", FIELDS) for n in range(1, SLOTS + 1))
"""The ten slots; the one whose ``Name`` is empty is free."""
