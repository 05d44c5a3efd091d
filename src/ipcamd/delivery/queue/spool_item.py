"""One file on its way to one target."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SpoolItem:
    """One file that waits in the spool, or is just being sent."""

    id: int
    """Items of a target are delivered in this order."""
    target: str
    """``ftp``, ``email`` or ``samba``."""
    token: str
    """Its name in the spool, and what tells it from all others at the target: 32 random hexadecimal digits."""
    path: Path
    name: str
    """Its name at the target."""
    content_type: str
    size: int
    """Bytes."""
    moment: int
    """Nanoseconds since the epoch, UTC, of the event."""
    what: str
    """The event, as the log spells it: ``motion 1``."""
    schedule: str
    """Name of the schedule that asked for it."""
    tried: bool = False
    """It was tried before, so that the target may hold it already, whole or in part."""

    def goes_with(self, other: "SpoolItem") -> bool:
        """Whether both are pictures of one capture, which go together."""
        pictures = self.content_type.startswith("image/") and other.content_type.startswith("image/")
        return pictures and (self.moment, self.what, self.schedule) == (other.moment, other.what, other.schedule)

    @property
    def part(self) -> str:
        """Its name at the target until it is whole there."""
        return f"{self.name}.{self.token[:8]}.part"


def called(items: Sequence[SpoolItem]) -> str:
    """Return what people call items that go together."""
    return f"{items[0].name} and {len(items) - 1} more" if len(items) > 1 else items[0].name
