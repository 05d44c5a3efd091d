"""Delivery counts of one target."""

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """Items of one target; all but those that wait are counted since the start."""

    waiting: int
    """Items in the queue."""
    waiting_bytes: int
    """Size of their files together."""
    delivered: int
    """Items that arrived."""
    dropped: int
    """Items that were given up."""
    failures: int
    """Attempts that failed."""
