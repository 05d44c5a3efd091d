"""Latest value: a queue of one item between two threads, in which a newer item replaces a waiting one."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from ipcamd.workers.on_demand import IDLE_S

T = TypeVar("T")

RETRY_S = 1.0
"""Pause of the consumer after a failure."""


class LatestValue(Generic[T]):
    """Passes the newest item from a producer's thread to one consumer's thread.

    While no items are wanted, the producer skips it and the consumer sleeps.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._items: deque[T] = deque()
        self._wanted = False
        self._broken = False
        self._closed = False
        self.replaced = 0
        """Items that newer ones have replaced, because the consumer is slow. `StreamInput` does not count them."""

    @property
    def wanted(self) -> bool:
        """Whether items should be put; from any thread."""
        return self._wanted

    def set_wanted(self, wanted: bool) -> None:
        """Set whether items are wanted."""
        with self._changed:
            self._wanted = wanted and not self._closed
            self._broken = self._broken or not wanted
            self._items.clear()
            self._changed.notify_all()

    def put(self, item: T) -> None:
        """Put the newest item, which replaces a waiting one."""
        with self._changed:
            if self._wanted:
                self._make_room()
                self._items.append(item)
                self._changed.notify_all()

    def _make_room(self) -> None:
        """Remove and count the items that the next one replaces; called with `_changed` held."""
        self.replaced += len(self._items)
        self._items.clear()

    def run(self, work: Callable[[], None], log_failure: Callable[[], None]) -> None:
        """Call `work`, which takes items, whenever they are wanted, until this is closed or they have not been wanted
        for a while; for the consumer's thread. After an exception, `log_failure` is called, then `work` again."""
        while self.wait_until_wanted():
            try:
                work()
            except Exception:  # one item must not end the thread
                log_failure()
                self.sleep(RETRY_S)

    def wait_until_wanted(self) -> bool:
        """Wait until items are wanted (True), or until this is closed or `IDLE_S` have passed (False)."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self._closed, IDLE_S)
            self._broken = False
            return self._wanted

    def take(self) -> T | None:
        """Wait for an item and return it; None if items are not wanted now, or were not for a moment."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._broken or self._closed)
            is_broken, self._broken = self._broken, False
            return None if is_broken or not self._items else self._items.popleft()

    def sleep(self, duration_s: float) -> None:
        """Sleep this long, or until this is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, duration_s)

    def close(self) -> None:
        """Discard the items, and end the consumer's waits."""
        with self._changed:
            self._closed, self._wanted = True, False
            self._items.clear()
            self._changed.notify_all()
