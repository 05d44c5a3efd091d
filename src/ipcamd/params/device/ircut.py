"""``IRCUt`` (SDK 10.14; spelling of the SDK): the filter that blocks infrared light by day."""

from ipcamd.params.group import Group, Param, Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer


def _param(name: str, kind: ValueKind, default: str, help: str, unit: str = "") -> Param:
    return Param(name, kind, default, help, unit=unit, get=Rank.USERS, needs="NightSensor")


_USAGE = OneOf(
    ("auto", "on", "off", "schedule"),
    (
        "by the light sensor",
        "day: colour, filter in",
        "night: grey, filter out",
        "day from start to end",
    ),
)

IRCUT = Group(
    "IRCUt",
    "10.14",
    (
        _param("Usage", _USAGE, "auto", "Use of the IR-cut filter."),
        _param("StartHr", Integer(0, 23, digits=2), "06", "Hour when the scheduled day starts.", "h"),
        _param("StartMin", Integer(0, 59, digits=2), "00", "Minute when the scheduled day starts.", "min"),
        _param(
            "EndHr",
            Integer(0, 23, digits=2),
            "18",
            "Hour when the scheduled day ends; before the start: on the next day.",
            "h",
        ),
        _param("EndMin", Integer(0, 59, digits=2), "00", "Minute when the scheduled day ends.", "min"),
    ),
)
