"""``Recording`` (addition): recording without a schedule."""

from ipcamd.params.group import Group, Param
from ipcamd.params.kinds.choice import YES_NO

RECORDING = Group("Recording", "", (Param("Continuous", YES_NO, "no", "Record continuously on the SD card."),))
