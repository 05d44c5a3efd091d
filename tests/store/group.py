"""Two minimal groups of parameters."""

from ipcamd.params.group import Group, Param, ValueOrigin
from ipcamd.params.kinds.number import Integer
from ipcamd.params.kinds.text import Text

SECRET = ("Mail", "Password")
LEVEL = ("Picture", "Level")
TITLE = ("Picture", "Title")

PICTURE = Group(
    "Picture",
    "0",
    (
        Param("Level", Integer(0, 9), "5", "A number."),
        Param("Title", Text(10_000), "", "A text."),
        Param("Size", Text(20), "", "Asked each time.", origin=ValueOrigin.LIVE),
    ),
)
MAIL = Group(
    "Mail",
    "0",
    (
        Param("Password", Text(64), "unset", "A secret.", secret=True),
        Param("Server", Text(64), "", "A name.", network=True),
    ),
)
CLOCK = Group("Clock", "0", (Param("Now", Text(20), "", "Asked each time.", origin=ValueOrigin.LIVE),))
GROUPS = (PICTURE, MAIL, CLOCK)
