"""What a lane's loop hands to its thread, and what comes back."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from ipcamd.events.parcel import Parcel

T = TypeVar("T")

Batch = Sequence[Parcel]
"""One parcel, or the pictures of one capture: what is delivered in one go."""

Outcome = tuple[str, float] | None
"""How a batch was delivered, and in how many seconds; None: its files are gone."""


class Belt:
    """The parcels of one session, in their order: those to be sent, and those that were."""

    def __init__(self) -> None:
        self.ready: deque[Parcel] = deque()
        self.sent: deque[tuple[Batch, Outcome]] = deque()
        self.last = 0
        """Number of the parcel that came last."""

    def put(self, parcels: Sequence[Parcel]) -> None:
        """Let the thread have more."""
        self.ready.extend(parcels)
        self.last = max([self.last, *(parcel.id for parcel in parcels)])

    def batches(self) -> Iterator[Batch]:
        """Take what is ready, batch by batch. For the thread."""
        for first in take(self.ready):
            batch = [first]
            for parcel in take(self.ready):
                if not first.goes_with(parcel):
                    self.ready.appendleft(parcel)
                    break
                batch.append(parcel)
            yield batch


def take(queue: deque[T]) -> Iterator[T]:
    """Empty a queue, one by one; loop and thread may both be at it."""
    with suppress(IndexError):
        while True:
            yield queue.popleft()
