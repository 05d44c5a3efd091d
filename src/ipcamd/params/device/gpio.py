"""``GPIO`` (SDK 10.13): digital inputs and outputs, numbered from 1."""

from ipcamd.params.group import Group, Param, Rank, live_param
from ipcamd.params.kinds.choice import HIGH_LOW

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
        live_param("TriggerInStatus1", HIGH_LOW, "low", "State of digital input 1.", get=Rank.USERS),
        live_param("TriggerInStatus2", HIGH_LOW, "low", "State of digital input 2.", get=Rank.USERS),
    ),
)
