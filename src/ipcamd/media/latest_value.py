"""Latest value: holds only the newest picture for one consumer, so nothing accumulates."""

import threading
from typing import Generic, TypeVar

from ipcamd.workers.on_demand import IDLE_S

T = TypeVar("T")


class LatestValue(Generic[T]):
    """Room for one picture, between the capture's thread and one consumer's thread.

    A consumer that nobody wants sleeps without a wake-up, and the capture passes it by.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._wanted = False
        self._broken = False
        self._closed = False

    @property
    def wanted(self) -> bool:
        """Whether pictures should be put here; may be asked from any thread."""
        return self._wanted

    def want(self, wanted: bool) -> None:
        """Say whether pictures are wanted."""
        with self._changed:
            self._wanted = wanted and not self._closed
            self._broken = self._broken or not wanted
            self._item = None
            self._changed.notify_all()

    def put(self, item: T) -> None:
        """Offer the newest picture; one that was not taken yet is replaced."""
        with self._changed:
            if self._wanted:
                self._item = item
                self._changed.notify_all()

    def wait(self) -> bool:
        """Sleep until pictures are wanted (True), or the slot is closed or was not wanted for `IDLE_S` (False)."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self._closed, IDLE_S)
            self._broken = False
            return self._wanted

    def take(self) -> T | None:
        """Sleep until there is a picture and return it; None: no more are wanted, or for a moment none were."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self._broken or self._closed)
            item, self._item = (None if self._broken else self._item), None
            self._broken = False
            return item

    def rest(self, seconds: float) -> None:
        """Sleep that long, or until the slot is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)

    def close(self) -> None:
        """Wake the consumer for the last time."""
        with self._changed:
            self._closed, self._wanted, self._item = True, False, None
            self._changed.notify_all()
