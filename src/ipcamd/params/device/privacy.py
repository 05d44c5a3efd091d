"""``Privacy`` (ours): the switch that stops capture."""

from ipcamd.params.group import Group, Param
from ipcamd.params.kinds.choice import YES_NO

PRIVACY = Group(
    "Privacy",
    "ours",
    (Param("Enabled", YES_NO, "no", "Stop capture: no picture, no sound, no recording, no detection."),),
)
