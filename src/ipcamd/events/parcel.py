"""One file on its way to one target."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file that waits in the spool, or is just being sent."""

    id: int
    """Parcels of a target are delivered in this order."""
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

    @property
    def part(self) -> str:
        """Its name at the target until it is whole there."""
        return f"{self.name}.{self.token[:8]}.part"
