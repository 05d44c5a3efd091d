"""What a lane's loop hands to its thread, and what comes back."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from ipcamd.events.parcel import Parcel

T = TypeVar("T")

Outcome = tuple[str, float] | None
"""How a parcel was delivered, and in how many seconds; None: its file is gone."""


class Belt:
    """The parcels of one session, in their order: those to be sent, and those that were."""

    def __init__(self) -> None:
        self.ready: deque[Parcel] = deque()
        self.sent: deque[tuple[Parcel, Outcome]] = deque()
        self.last = 0
        """Number of the parcel that came last."""

    def put(self, parcels: Sequence[Parcel]) -> None:
        """Let the thread have more."""
        self.ready.extend(parcels)
        self.last = max([self.last, *(parcel.id for parcel in parcels)])


def take(queue: deque[T]) -> Iterator[T]:
    """Empty a queue, one by one; loop and thread may both be at it."""
    with suppress(IndexError):
        while True:
            yield queue.popleft()
