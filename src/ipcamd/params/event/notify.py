"""``Event.Notify`` (SDK 12): targets of HTTP notifications, set by ``EventHttpNotify.cgi`` only."""

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Group, Param
from ipcamd.params.kinds.kind import TextKind
from ipcamd.wire.http.notification import HttpNotificationError, load


@dataclass(frozen=True, slots=True)
class Target(TextKind):
    """An event and a URL with a blank between them, or nothing."""

    allowed: str = "an event and an http:// or https:// URL, or nothing"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        try:
            return text and load(text).dump()
        except HttpNotificationError as error:
            raise ValueError(f"{self.allowed} ({error})") from None


NOTIFY = Group(
    "Event.Notify",
    "12",
    tuple(Param(kind, Target(), "", f"Target of notifications of {kind}.") for kind in ("motion", "di1", "di2")),
)
