"""Delivery counts of one target."""

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """Item counts of one target; all except the waiting ones are since the start."""

    waiting: int
    """Items in the queue."""
    waiting_bytes: int
    """Total size of their files."""
    delivered: int
    """Delivered items."""
    dropped: int
    """Dropped items."""
    failures: int
    """Failed attempts."""
