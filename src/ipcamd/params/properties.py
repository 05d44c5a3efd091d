"""``Properties.Audio`` (SDK 10.6): what sound the product supports."""

from ipcamd.params.group import Group, Origin, Param, Rank
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.params.kinds.kind import ValueKind


def _property(name: str, kind: ValueKind, default: str, help: str) -> Param:
    return Param(name, kind, default, help, get=Rank.GUEST, set=None, origin=Origin.LIVE)


AUDIO = Group(
    "Properties.Audio",
    "10.6",
    (
        _property("Audio", YES_NO, "yes", "It has sound for viewers."),
        _property("Talk", YES_NO, "yes", "Viewers can speak through it."),
        _property("Format", OneOf(("ulaw",)), "ulaw", "The coding of the sound (ITU-T G.711)."),
    ),
)
