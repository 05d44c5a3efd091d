"""``Event.Schedule.1`` to ``.10`` (SDK 11): triggers, times and actions."""

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Group, Param
from ipcamd.params.kinds.choice import FLAG, OneOf
from ipcamd.params.kinds.kind import TextKind
from ipcamd.params.kinds.number import Integer

SLOTS = 10
"""Number of schedules."""

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""The day flags, in the order of ``datetime.weekday()``."""


@dataclass(frozen=True, slots=True)
class Name(TextKind):
    """Name of a schedule: one line."""

    allowed: str = "1 to 16 printable characters, no blank at either end"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        if not 1 <= len(text) <= 16 or not text.isprintable() or text != text.strip():
            raise ValueError(self.allowed)
        return text


_LEVEL = OneOf(("0", "1"), ("high", "low"), (0, 1))
_HOUR = Integer(0, 23)
_MINUTE = Integer(0, 59)


def _flag(name: str, help: str, default: str = "0") -> Param:
    return Param(name, FLAG, default, help)


FIELDS: tuple[Param, ...] = (
    _flag("Enable", "Enable the schedule.", "1"),
    Param("Name", Name(), "", "Name of the schedule, unique; empty: the slot is free."),
    _flag("TriggerMotion", "Trigger: motion."),
    _flag("TriggerDI1", "Trigger: digital input 1."),
    Param("TriggerDI1Type", _LEVEL, "0", "State of input 1 that triggers."),
    _flag("TriggerDI2", "Trigger: digital input 2."),
    Param("TriggerDI2Type", _LEVEL, "0", "State of input 2 that triggers."),
    _flag("ScheduleTimeMode", "Trigger: the schedule's hours, for their whole duration."),
    *(_flag(day, f"In force on {day}s.", "1") for day in (DAYS[-1], *DAYS[:-1])),
    _flag("ScheduleTimeStatus", "Limit the schedule to the hours from start to end; 0: all day."),
    Param("ScheduleTimeStartHour", _HOUR, "0", "Hour of the start.", "h"),
    Param("ScheduleTimeStartMin", _MINUTE, "0", "Minute of the start.", "min"),
    Param("ScheduleTimeEndHour", _HOUR, "23", "Hour of the end; an end before the start is on the next day.", "h"),
    Param("ScheduleTimeEndMin", _MINUTE, "59", "Minute of the end, inclusive.", "min"),
    _flag("EnableFtp", "Send recordings and pictures to the FTP server."),
    _flag("EnableEmail", "Send recordings and pictures by mail."),
    _flag("EnableSamba", "Send recordings and pictures to the Samba server."),
    _flag("EnableSDCard", "Store recordings and pictures on the SD card."),
    _flag("EnableDigitalOutput", "Set digital output 1 high."),
    Param("DigitalOutputTime", Integer(1, 60), "10", "Duration of the high output.", "s"),
    Param(
        "SnapshotInterval", Integer(0, 86_400), "0", "Interval of pictures during the schedule's hours; 0: none.", "s"
    ),
    _flag("EnableMQTT", "Publish the pictures of the interval to the MQTT broker."),
)
"""Fields of a schedule, in the order of lists."""

SCHEDULES: tuple[Group, ...] = tuple(Group(f"Event.Schedule.{n}", "11", FIELDS) for n in range(1, SLOTS + 1))
"""The ten slots; one with an empty ``Name`` is free."""
