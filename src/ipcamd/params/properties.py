"""``Properties.Audio`` (SDK 10.6): the supported sound."""

from ipcamd.params.group import Group, Param, Rank, ValueOrigin
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.params.kinds.kind import ValueKind


def _property(name: str, kind: ValueKind, default: str, help: str) -> Param:
    return Param(name, kind, default, help, get=Rank.GUEST, set=None, origin=ValueOrigin.LIVE)


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
