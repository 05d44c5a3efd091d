"""``Audio`` (SDK 10.12): microphone and speaker."""

from ipcamd.params.group import Group, Param, Rank
from ipcamd.params.kinds.choice import YES_NO, OneOf

AUDIO = Group(
    "Audio",
    "10.12",
    (
        Param("MicEnabled", YES_NO, "no", "Send sound to viewers.", get=Rank.GUEST, needs="MicIn"),
        Param(
            "SpeakerEnabled", YES_NO, "yes", "Let viewers talk through the speaker.", get=Rank.GUEST, needs="AudioOut"
        ),
        Param(
            "Codec",
            OneOf(("ulaw", "alaw", "aac", "opus"), ("G.711 u-law", "G.711 A-law", "AAC", "Opus")),
            "ulaw",
            "Audio codec of RTSP, WebRTC and recordings (addition); the SDK's own streams always use u-law.",
            get=Rank.GUEST,
            needs="MicIn",
        ),
    ),
)
