"""``NetworkLED`` (SDK 10.30): the light at the network socket."""

from ipcamd.params.group import Group, Param, Rank
from ipcamd.params.kinds.choice import ON_OFF

NETWORKLED = Group(
    "NetworkLED",
    "10.30",
    (Param("Usage", ON_OFF, "on", "Light at the network socket.", get=Rank.USERS),),
)
