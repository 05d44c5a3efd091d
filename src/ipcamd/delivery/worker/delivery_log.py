"""Delivery log of one target: results of its items, in the event log and in counts."""

import logging
from collections.abc import Callable, Sequence

from ipcamd.delivery.queue.spool_item import SpoolItem, describe_items

DETAILED = 7
"""Consecutive failures that are all logged; after that the same text only once in `REMINDER_S`."""
REMINDER_S = 3600.0
"""Seconds between two log lines with the same text."""

_log = logging.getLogger(__name__)

Note = Callable[[SpoolItem | None, str, str], None]
"""Called with an item or None, the text of a success, and that of a failure."""


class DeliveryLog:
    """Writes entries of the event log, and counts."""

    def __init__(self, title: str, note: Note, now_s: Callable[[], float]) -> None:
        """`title` is the target's display name; `now_s` returns seconds of a monotonic clock."""
        self._title = title
        self._note = note
        self._now_s = now_s
        self._last_failure = ("", 0.0)
        self._last_picture_s: float | None = None
        """Time of the last log entry about a delivered scheduled picture."""
        self._unlogged_pictures = 0
        self.delivered = 0
        """Delivered items since the start."""
        self.dropped = 0
        """Dropped items since the start."""
        self.failures = 0
        """Failed attempts since the start."""

    def note_delivered(self, items: Sequence[SpoolItem], how: str, duration_s: float) -> None:
        """Record delivered items; `how` is a text, or ""."""
        self.delivered += len(items)
        if items[0].is_scheduled_picture:
            if not self._is_picture_due(len(items)):
                return
            how = "; ".join(filter(None, (how, self._take_unlogged())))
        took = f"{sum(item.size for item in items) / 1e6:.1f} MB in {duration_s:.1f} s"
        self._note(items[0], f"{describe_items(items)} delivered, {took}{f'; {how}' if how else ''}", "")

    def _is_picture_due(self, count: int) -> bool:
        """Whether scheduled pictures are to be logged: one an hour, so that they do not displace other entries."""
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
        """Record a failed attempt; the next one follows after `pause_s` seconds, or, if 0, after the other items."""
        self.failures += 1
        known, when = self._last_failure
        now_s = self._now_s()
        if attempt <= DETAILED or words != known or now_s - when >= REMINDER_S:
            self._last_failure = words, now_s
            _log.warning("delivery of %s by %s failed: %s", item.name, self._title, words)
            later = f"in {pause_s:.0f} s" if pause_s else "after the other files"
            self._note(item, "", f"{item.name}: {words}; attempt {attempt}, the next {later}")

    def note_refused(self, items: Sequence[SpoolItem], words: str) -> None:
        """Record dropped items that the target refuses, although it accepts others."""
        self.failures += 1
        self._drop(items, f"dropped, since the target accepts other files but not this one: {words}")

    def note_made_room(self, item: SpoolItem) -> None:
        """Record an item dropped because the spool is full."""
        self._drop([item], "dropped undelivered, since the queue is full")

    def note_lost(self, items: Sequence[SpoolItem]) -> None:
        """Record items without files."""
        self._note(items[0], "", f"{describe_items(items)}: no longer on the camera's disk")

    def note_missing_right(self, words: str) -> None:
        """Record a missing right of the account at the target."""
        self._note(None, "", words)

    def _drop(self, items: Sequence[SpoolItem], why: str) -> None:
        self.dropped += len(items)
        self._note(items[0], "", f"{describe_items(items)}: {why}")
