"""Items in flight: passed from a worker's event loop to its thread, and back with their result."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from ipcamd.delivery.queue.spool_item import SpoolItem

T = TypeVar("T")

Batch = Sequence[SpoolItem]
"""One item, or the pictures of one event: logged as one."""

Outcome = tuple[str, float] | None
"""Text about the delivery of a batch, and its duration in seconds; None: its files are missing."""


class InFlight:
    """Items of one session, in order: those to send, and those sent."""

    def __init__(self) -> None:
        self.ready: deque[SpoolItem] = deque()
        self.sent: deque[tuple[Batch, Outcome]] = deque()
        self.sending: Batch = ()
        """Items that the thread sends now; after a failure, those that failed."""
        self.last = 0
        """Number of the last item."""
        self._numbers: set[int] = set()

    def __contains__(self, item: SpoolItem) -> bool:
        """Whether the thread has an item, or its result is not known yet."""
        return item.id in self._numbers

    def put(self, items: Sequence[SpoolItem]) -> None:
        """Pass more items to the thread."""
        self._numbers.update(item.id for item in items)
        self.ready.extend(items)
        self.last = max([self.last, *(item.id for item in items)])

    def take_sent(self) -> list[tuple[Batch, Outcome]]:
        """Return the items sent since the last call."""
        sent = list(drain(self.sent))
        self._numbers.difference_update(item.id for batch, _ in sent for item in batch)
        return sent

    def batches(self) -> Iterator[Batch]:
        """Yield the ready items in batches. For the thread."""
        for first in drain(self.ready):
            batch = [first]
            for item in drain(self.ready):
                if not first.is_same_series(item):
                    self.ready.appendleft(item)
                    break
                batch.append(item)
            yield batch


def drain(queue: deque[T]) -> Iterator[T]:
    """Empty a queue one by one, because loop and thread may both take from it."""
    with suppress(IndexError):
        while True:
            yield queue.popleft()
