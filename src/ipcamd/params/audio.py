"""``Audio`` (SDK 10.12): microphone and speaker."""

from ipcamd.params.group import Group, Param, Rank
from ipcamd.params.kinds.choice import YES_NO

AUDIO = Group(
    "Audio",
    "10.12",
    (
        Param("MicEnabled", YES_NO, "no", "Send sound to viewers.", get=Rank.GUEST, needs="MicIn"),
        Param("SpeakerEnabled", YES_NO, "yes", "Let viewers speak.", get=Rank.GUEST, needs="AudioOut"),
    ),
)
