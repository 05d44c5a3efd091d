"""Refused items: which items cause failures themselves, wait behind the others, and are dropped."""

from collections.abc import Iterable, Sequence

from ipcamd.dataclass import dataclass
from ipcamd.delivery.queue.spool_item import SpoolItem

REFUSALS = 3
"""Refusals of the first item before another item is tried first."""
BREAKS = 10
"""Interruptions while the first item is sent before another item is tried first."""
MOST_FAILURES = 50
"""Failures of any kind after which an item is dropped, if the target accepted others meanwhile."""


@dataclass(slots=True)
class _Record:
    """Failures of one item."""

    refusals: int = 0
    breaks: int = 0
    is_probed: bool = False
    """Whether another item was tried since the last failure."""
    is_own_fault: bool = False
    """Whether the target accepted another item after several failures of this one."""

    @property
    def is_due(self) -> bool:
        """Whether it failed often enough to try another item first."""
        return any(count and count % limit == 0 for count, limit in self._counts)

    @property
    def is_suspect(self) -> bool:
        """Whether it failed often enough to be the cause itself."""
        return any(count >= limit for count, limit in self._counts)

    @property
    def _counts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (self.refusals, REFUSALS), (self.breaks, BREAKS)


class ItemFailures:
    """Failures by item: distinguishes an item that causes failures from a target that accepts nothing.

    After some failures of the first item another one is tried. If the target accepts that and then refuses the first
    one again, the first one is dropped; if the connection is interrupted again, it waits behind all others. While the
    target accepts nothing, all items wait without limit.
    """

    def __init__(self) -> None:
        self._records: dict[int, _Record] = {}

    def refusals(self, item: SpoolItem) -> int:
        """Return the number of refusals of an item."""
        record = self._records.get(item.id)
        return record.refusals if record else 0

    def add(self, item: SpoolItem, transient: bool) -> bool:
        """Count a failure; return whether to drop the item."""
        record = self._records.setdefault(item.id, _Record())
        record.is_probed = False
        if transient:
            record.breaks += 1
        else:
            record.refusals += 1
        return record.is_own_fault and (not transient or record.refusals + record.breaks >= MOST_FAILURES)

    def delivered(self, items: Iterable[SpoolItem]) -> None:
        """Record items that the target accepted."""
        self.forget(items)
        for record in self._records.values():
            record.is_own_fault |= record.is_suspect

    def forget(self, items: Iterable[SpoolItem]) -> None:
        """Remove the records of items that no longer wait."""
        for item in items:
            self._records.pop(item.id, None)

    def clear(self) -> None:
        """Remove all records, because the target has changed."""
        self._records.clear()

    def probe(self, waiting: Sequence[SpoolItem], joins_series: bool) -> SpoolItem | None:
        """Return the item to try before the first waiting one; None: keep the order. It belongs to another series than
        the first, if series are sent together."""
        record = self._records.get(waiting[0].id) if waiting else None
        if not record or record.is_probed or not record.is_due:
            return None
        record.is_probed = True
        others = (item for item in waiting[1:] if not (joins_series and item.is_same_series(waiting[0])))
        return next((item for item in others if item.id not in self._records), None)

    def aside(self) -> frozenset[int]:
        """Return the numbers of the items that wait behind all others."""
        return frozenset(number for number, record in self._records.items() if record.is_own_fault)
