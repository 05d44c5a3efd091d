"""``GPIO`` (SDK 10.13): digital inputs and outputs, numbered from 1."""

from ipcamd.params.group import Group, Param, Rank, ValueOrigin
from ipcamd.params.kinds.choice import HIGH_LOW


def _input(number: int) -> Param:
    help = f"State of digital input {number}."
    return Param(f"TriggerInStatus{number}", HIGH_LOW, "low", help, get=Rank.USERS, set=None, origin=ValueOrigin.LIVE)


GPIO = Group(
    "GPIO",
    "10.13",
    (
        Param(
            "TriggerOutStatus1",
            HIGH_LOW,
            "low",
            "State of digital output 1; an event can set it high for some time.",
            get=Rank.USERS,
            set=Rank.USERS,
            needs="TriggerOut",
        ),
        _input(1),
        _input(2),
    ),
)
