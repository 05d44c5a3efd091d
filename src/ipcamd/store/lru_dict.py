"""LRU dictionary: keeps a limited number of entries, those that were used most recently."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class LruDict(OrderedDict[K, V]):
    """Dictionary in the order of use, the least recently used entry first. Only `put` and `touch` count as use."""

    def __init__(self, limit: int) -> None:
        """`limit` is the maximum number of entries."""
        super().__init__()
        self._limit = limit

    def put(self, key: K, value: V) -> V | None:
        """Set an entry; return the value of the entry that is dropped for it, None if there is room."""
        self[key] = value
        self.move_to_end(key)
        return self.popitem(last=False)[1] if len(self) > self._limit else None

    def touch(self, key: K, make: Callable[[], V]) -> V:
        """Return the value of an entry; one that is missing is created with the value of `make`."""
        if key in self:
            self.move_to_end(key)
        else:
            self.put(key, make())
        return self[key]
