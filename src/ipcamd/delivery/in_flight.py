"""What a worker's loop hands to its thread, and what comes back."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from ipcamd.delivery.spool_item import SpoolItem

T = TypeVar("T")

Batch = Sequence[SpoolItem]
"""One item, or the pictures of one capture: what is delivered in one go."""

Outcome = tuple[str, float] | None
"""How a batch was delivered, and in how many seconds; None: its files are gone."""


class InFlight:
    """The items of one session, in their order: those to be sent, and those that were."""

    def __init__(self) -> None:
        self.ready: deque[SpoolItem] = deque()
        self.sent: deque[tuple[Batch, Outcome]] = deque()
        self.last = 0
        """Number of the item that came last."""

    def put(self, items: Sequence[SpoolItem]) -> None:
        """Let the thread have more."""
        self.ready.extend(items)
        self.last = max([self.last, *(item.id for item in items)])

    def batches(self) -> Iterator[Batch]:
        """Take what is ready, batch by batch. For the thread."""
        for first in take(self.ready):
            batch = [first]
            for item in take(self.ready):
                if not first.goes_with(item):
                    self.ready.appendleft(item)
                    break
                batch.append(item)
            yield batch


def take(queue: deque[T]) -> Iterator[T]:
    """Empty a queue, one by one; loop and thread may both be at it."""
    with suppress(IndexError):
        while True:
            yield queue.popleft()
