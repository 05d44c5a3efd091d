"""Items in flight: handed by a worker's event loop to its thread, and back with their outcome."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from ipcamd.delivery.queue.spool_item import SpoolItem

T = TypeVar("T")

Batch = Sequence[SpoolItem]
"""One item, or the pictures of one event: logged as one."""

Outcome = tuple[str, float] | None
"""How a batch was delivered, and in how many seconds; None: its files are gone."""


class InFlight:
    """The items of one session, in their order: those to be sent, and those that were."""

    def __init__(self) -> None:
        self.ready: deque[SpoolItem] = deque()
        self.sent: deque[tuple[Batch, Outcome]] = deque()
        self.sending: Batch = ()
        """Items that the thread sends at the moment; after a failure, those that failed."""
        self.last = 0
        """Number of the item that came last."""
        self._numbers: set[int] = set()

    def __contains__(self, item: SpoolItem) -> bool:
        """Whether the thread has an item, or had it and its outcome is not known yet."""
        return item.id in self._numbers

    def put(self, items: Sequence[SpoolItem]) -> None:
        """Hand more items to the thread."""
        self._numbers.update(item.id for item in items)
        self.ready.extend(items)
        self.last = max([self.last, *(item.id for item in items)])

    def take_sent(self) -> list[tuple[Batch, Outcome]]:
        """Return what was sent since the last call."""
        sent = list(drain(self.sent))
        self._numbers.difference_update(item.id for batch, _ in sent for item in batch)
        return sent

    def batches(self) -> Iterator[Batch]:
        """Take what is ready, batch by batch. For the thread."""
        for first in drain(self.ready):
            batch = [first]
            for item in drain(self.ready):
                if not first.is_same_series(item):
                    self.ready.appendleft(item)
                    break
                batch.append(item)
            yield batch


def drain(queue: deque[T]) -> Iterator[T]:
    """Empty a queue, one by one; loop and thread may both take from it."""
    with suppress(IndexError):
        while True:
            yield queue.popleft()
