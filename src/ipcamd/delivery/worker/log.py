"""Delivery log of one target: what became of its items, in the event log and in counts."""

import logging
from collections.abc import Callable, Sequence

from ipcamd.delivery.queue.spool_item import SpoolItem, describe_items

DETAILED = 7
"""So many failures in a row are each logged; after that the same words only once in `REMINDER_S`."""
REMINDER_S = 3600.0
"""Seconds between two log lines with the same words."""

_log = logging.getLogger(__name__)

Note = Callable[[SpoolItem | None, str, str], None]
"""Called with an item that it is about, or None, with what was done, and with what failed."""


class DeliveryLog:
    """Writes entries of the event log, and counts."""

    def __init__(self, title: str, note: Note, now_s: Callable[[], float]) -> None:
        """`title` is the target's name for people; `now_s` gives the seconds of a clock that nobody sets."""
        self._title = title
        self._note = note
        self._now_s = now_s
        self._last_failure = ("", 0.0)
        self._last_picture_s: float | None = None
        """When the delivery of a scheduled picture was logged last."""
        self._unlogged_pictures = 0
        self.delivered = 0
        """Items that arrived, since the start."""
        self.dropped = 0
        """Items that were dropped undelivered, since the start."""
        self.failures = 0
        """Attempts that failed, since the start."""

    def note_delivered(self, items: Sequence[SpoolItem], how: str, duration_s: float) -> None:
        """Items arrived; `how` in words, or ""."""
        self.delivered += len(items)
        if items[0].is_scheduled_picture:
            if not self._is_picture_due(len(items)):
                return
            how = "; ".join(filter(None, (how, self._take_unlogged())))
        took = f"{sum(item.size for item in items) / 1e6:.1f} MB in {duration_s:.1f} s"
        self._note(items[0], f"{describe_items(items)} delivered, {took}{f'; {how}' if how else ''}", "")

    def _is_picture_due(self, count: int) -> bool:
        """Whether scheduled pictures are to be logged: one an hour, so that they do not push other entries out."""
        now_s = self._now_s()
        if self._last_picture_s is not None and now_s - self._last_picture_s < REMINDER_S:
            self._unlogged_pictures += count
            return False
        self._last_picture_s = now_s
        return True

    def _take_unlogged(self) -> str:
        count, self._unlogged_pictures = self._unlogged_pictures, 0
        return f"{count} more before it, since the last entry" if count else ""

    def note_failure(self, item: SpoolItem, words: str, attempt: int, pause_s: float) -> None:
        """An attempt failed, and the next one follows after a pause; after none if others come first."""
        self.failures += 1
        known, when = self._last_failure
        now_s = self._now_s()
        if attempt <= DETAILED or words != known or now_s - when >= REMINDER_S:
            self._last_failure = words, now_s
            _log.warning("delivery of %s by %s failed: %s", item.name, self._title, words)
            later = f"in {pause_s:.0f} s" if pause_s else "after the other files"
            self._note(item, "", f"{item.name}: {words}; attempt {attempt}, the next {later}")

    def note_refused(self, items: Sequence[SpoolItem], words: str) -> None:
        """Items were dropped that the target does not take, though it takes others."""
        self.failures += 1
        self._drop(items, f"dropped, since the target accepts other files but not this one: {words}")

    def note_made_room(self, item: SpoolItem) -> None:
        """An item was dropped because the spool is full."""
        self._drop([item], "dropped undelivered, since the queue is full")

    def note_lost(self, items: Sequence[SpoolItem]) -> None:
        """The files of items are gone."""
        self._note(items[0], "", f"{describe_items(items)}: no longer on the camera's disk")

    def note_missing_right(self, words: str) -> None:
        """The account lacks a right at the target."""
        self._note(None, "", words)

    def _drop(self, items: Sequence[SpoolItem], why: str) -> None:
        self.dropped += len(items)
        self._note(items[0], "", f"{describe_items(items)}: {why}")
