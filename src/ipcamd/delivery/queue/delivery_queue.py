"""Delivery queue in memory: waiting items of each target, in the order of their numbers."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, dropwhile

from ipcamd.dataclass import dataclass
from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.errors import StoreError


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """Limits on the queued items of all targets together."""

    items: int
    """Number of items."""
    size: int
    """Bytes."""


class DeliveryQueue:
    """All queues. Only `of`, `waiting` and `surplus` take time proportional to their length."""

    def __init__(self) -> None:
        self._queues: defaultdict[str, OrderedDict[int, SpoolItem]] = defaultdict(OrderedDict)

    def __contains__(self, item: SpoolItem) -> bool:
        return item.id in self._queues[item.target]

    def __iter__(self) -> Iterator[SpoolItem]:
        """Iterate over all items, oldest first."""
        return merge(*(queue.values() for queue in self._queues.values()), key=lambda item: item.id)

    def add(self, items: Iterable[SpoolItem]) -> None:
        """Queue items that are newer than all others."""
        for item in items:
            self._queues[item.target][item.id] = item

    def remove(self, items: Iterable[SpoolItem]) -> None:
        """Remove items, if they are queued."""
        for item in items:
            self._queues[item.target].pop(item.id, None)

    def update(self, items: Iterable[SpoolItem]) -> None:
        """Replace items by these of the same numbers, if they are queued."""
        for item in items:
            if item in self:
                self._queues[item.target][item.id] = item

    def head(self, target: str) -> SpoolItem | None:
        """Return the first item of a target."""
        return next(iter(self._queues[target].values()), None)

    def of(self, target: str) -> list[SpoolItem]:
        """Return all items of a target."""
        return list(self._queues[target].values())

    def after(self, target: str, number: int, most: int, skipped: Collection[int] = frozenset()) -> list[SpoolItem]:
        """Return the first items after a number: `most` of them, and the rest of the last one's series."""
        found = list[SpoolItem]()
        for item in dropwhile(lambda item: item.id <= number, self._queues[target].values()):
            if item.id in skipped:
                continue
            if len(found) >= most and not (found and found[-1].is_same_series(item)):
                break
            found.append(item)
        return found

    def waiting(self, target: str) -> tuple[int, int]:
        """Return the count and the bytes of a target's items."""
        queue = self._queues[target]
        return len(queue), sum(item.size for item in queue.values())

    def surplus(self, new: Sequence[SpoolItem], bounds: QueueLimits) -> Iterator[SpoolItem]:
        """Yield the items to drop for new ones, oldest first. Raises ``StoreError``."""
        size = sum(item.size for item in new)
        if size > bounds.size:
            raise StoreError(f"its {size} bytes exceed the size of the queue ({bounds.size} bytes)")
        count = len(new) + sum(map(len, self._queues.values()))
        size += sum(item.size for item in chain(*(queue.values() for queue in self._queues.values())))
        for item in self:
            if count <= bounds.items and size <= bounds.size:
                return
            yield item
            count, size = count - 1, size - item.size
