"""What waits to be delivered, in memory: one queue for each target, in the order of the parcels' numbers."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from itertools import chain, dropwhile

from ipcamd.errors import StoreError
from ipcamd.events.parcel import Parcel


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may wait, for all targets together."""

    items: int
    size: int
    """Bytes."""


class Backlog:
    """All queues. However long they are, nothing here but `waiting` and `surplus` takes longer for it."""

    def __init__(self) -> None:
        self._queues: dict[str, OrderedDict[int, Parcel]] = {}

    def __contains__(self, parcel: Parcel) -> bool:
        return parcel.id in self._queue(parcel.target)

    def __iter__(self) -> Iterator[Parcel]:
        """Yield everything, the oldest first."""
        return merge(*(queue.values() for queue in self._queues.values()), key=lambda parcel: parcel.id)

    def add(self, parcels: Iterable[Parcel]) -> None:
        """Queue what is newer than all that waits."""
        for parcel in parcels:
            self._queue(parcel.target)[parcel.id] = parcel

    def remove(self, parcels: Iterable[Parcel]) -> None:
        """Let them go, those that wait."""
        for parcel in parcels:
            self._queue(parcel.target).pop(parcel.id, None)

    def mark(self, parcels: Iterable[Parcel], tried: bool) -> None:
        """Count them, those that wait, as tried or not."""
        for parcel in parcels:
            if parcel in self:
                self._queue(parcel.target)[parcel.id] = replace(parcel, tried=tried)

    def head(self, target: str) -> Parcel | None:
        """Return what is to be delivered next."""
        return next(iter(self._queue(target).values()), None)

    def after(self, target: str, number: int, most: int) -> list[Parcel]:
        """Return the first parcels beyond a number: `most` of them, and what goes with the last."""
        found = list[Parcel]()
        for parcel in dropwhile(lambda p: p.id <= number, self._queue(target).values()):
            if len(found) >= most and not (found and found[-1].goes_with(parcel)):
                break
            found.append(parcel)
        return found

    def waiting(self, target: str) -> tuple[int, int]:
        """Return how many wait for a target, and their bytes."""
        queue = self._queue(target)
        return len(queue), sum(parcel.size for parcel in queue.values())

    def surplus(self, new: Sequence[Parcel], bounds: Bounds) -> Iterator[Parcel]:
        """Yield what must go to make room for what is new: the oldest first. Raises ``StoreError``."""
        size = sum(parcel.size for parcel in new)
        if size > bounds.size:
            raise StoreError(f"its {size} bytes are more than may wait in all ({bounds.size} bytes)")
        count = len(new) + sum(map(len, self._queues.values()))
        size += sum(parcel.size for parcel in chain(*(queue.values() for queue in self._queues.values())))
        for parcel in self:
            if count <= bounds.items and size <= bounds.size:
                return
            yield parcel
            count, size = count - 1, size - parcel.size

    def _queue(self, target: str) -> OrderedDict[int, Parcel]:
        return self._queues.setdefault(target, OrderedDict())
