"""Spool item: one queued file for one target."""

from collections.abc import Sequence
from pathlib import Path

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SpoolItem:
    """One file in the spool, waiting or being sent."""

    id: int
    """Items of a target are delivered in this order."""
    target: str
    """``ftp``, ``email`` or ``samba``."""
    token: str
    """Its name in the spool, also unique at the target: 32 random hexadecimal digits."""
    path: Path
    name: str
    """Its name at the target."""
    content_type: str
    size: int
    """Bytes."""
    event_ns: int
    """Nanoseconds since the epoch, UTC, of the event."""
    event_label: str
    """The event, as in the log: ``motion 1``."""
    schedule: str
    """Name of the schedule that requested it."""
    tried: bool = False
    """Whether it was tried before, so that the target may already have it, completely or partly."""

    def is_same_series(self, other: "SpoolItem") -> bool:
        """Whether both are pictures of one event."""
        return self._series is not None and self._series == other._series

    @property
    def is_scheduled_picture(self) -> bool:
        """Whether it is a picture of a schedule's own time, of which there may be many."""
        return self.content_type.startswith("image/") and self.event_label == "time"

    @property
    def _series(self) -> tuple[int, str, str] | None:
        if not self.content_type.startswith("image/"):
            return None
        return self.event_ns, self.event_label, self.schedule


def describe_items(items: Sequence[SpoolItem]) -> str:
    """Return the display name of items that were sent together."""
    return f"{items[0].name} and {len(items) - 1} more" if len(items) > 1 else items[0].name
