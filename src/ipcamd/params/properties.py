"""``Properties.Audio`` (SDK 10.6): the supported sound."""

from functools import partial

from ipcamd.params.group import Group, Rank, live_param
from ipcamd.params.kinds.choice import YES_NO, OneOf

_property = partial(live_param, get=Rank.GUEST)
_FORMATS = OneOf(("ulaw", "ulaw,alaw", "ulaw,aac", "ulaw,opus"))

AUDIO = Group(
    "Properties.Audio",
    "10.6",
    (
        _property("Audio", YES_NO, "yes", "Sound from the camera."),
        _property("Talk", YES_NO, "yes", "Sound from viewers to the camera."),
        _property("Format", _FORMATS, "ulaw", "Audio codecs: that of the SDK's addresses, and another Audio.Codec."),
    ),
)
