"""Retry policy of deliveries: pauses after failures, and items that fail for their own sake."""

import random
from collections.abc import Callable, Iterable, Sequence

from ipcamd.dataclass import dataclass
from ipcamd.delivery.queue.spool_item import SpoolItem

FIRST_S, LONGEST_S, AWAY_S = 5.0, 300.0, 50.0
"""The first pause; the longest; and the longest while nobody answers at all, so that what waits is on its way within a
minute of the target's return."""
REFUSALS, BREAKS = 3, 10
"""So often the target refuses the first item, or breaks off while it is sent, before another item is tried first."""
MOST_FAILURES = 50
"""Failures of any kind after which an item is dropped, if the target took others in that time."""


class RetryPauses:
    """Pauses between attempts: each twice as long as the one before, and a little different on every camera."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        """`chance` returns random numbers from 0 to 1."""
        self._chance = chance
        self.failures = 0

    def reset(self) -> None:
        """An attempt succeeded."""
        self.failures = 0

    def next(self, away: bool) -> float:
        """An attempt failed: return the seconds to wait."""
        pause_s = min(FIRST_S * 2.0 ** min(self.failures, 10), AWAY_S if away else LONGEST_S)
        self.failures += 1
        return pause_s * (0.9 + 0.2 * self._chance())


@dataclass(slots=True)
class _Record:
    """The failures of one item."""

    refusals: int = 0
    breaks: int = 0
    is_probed: bool = False
    """Another item was tried since the last failure."""
    is_own_fault: bool = False
    """The target took another item after this one had failed often."""

    @property
    def is_due(self) -> bool:
        """Whether it failed so often that another item is to be tried first."""
        return any(count and count % limit == 0 for count, limit in self._counts)

    @property
    def is_suspect(self) -> bool:
        """Whether it failed so often that the reason may be the item itself."""
        return any(count >= limit for count, limit in self._counts)

    @property
    def _counts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (self.refusals, REFUSALS), (self.breaks, BREAKS)


class ItemFailures:
    """Failures by item: tells an item that fails for its own sake from a target that takes nothing at all.

    The proof is another item: after some failures of the first one another is tried. If the target takes that and then
    refuses the first one again, the first one is dropped; if the connection breaks off again, it waits behind all
    others. While the target takes nothing, everything waits, however long.
    """

    def __init__(self) -> None:
        self._records: dict[int, _Record] = {}

    def refusals(self, item: SpoolItem) -> int:
        """Return how often the target has refused an item."""
        record = self._records.get(item.id)
        return record.refusals if record else 0

    def add(self, item: SpoolItem, transient: bool) -> bool:
        """Count a failure; return whether the item is to be dropped."""
        record = self._records.setdefault(item.id, _Record())
        record.is_probed = False
        if transient:
            record.breaks += 1
        else:
            record.refusals += 1
        return record.is_own_fault and (not transient or record.refusals + record.breaks >= MOST_FAILURES)

    def delivered(self, items: Iterable[SpoolItem]) -> None:
        """Note that the target took these."""
        self.forget(items)
        for record in self._records.values():
            record.is_own_fault |= record.is_suspect

    def forget(self, items: Iterable[SpoolItem]) -> None:
        """Forget items that wait no more."""
        for item in items:
            self._records.pop(item.id, None)

    def clear(self) -> None:
        """Forget everything: the target is another one now."""
        self._records.clear()

    def probe(self, waiting: Sequence[SpoolItem], joins_series: bool) -> SpoolItem | None:
        """Return the item to be tried before the first of those that wait; None: keep the order.

        It is none of the same series as the first, if the target gets a series as one.
        """
        record = self._records.get(waiting[0].id) if waiting else None
        if not record or record.is_probed or not record.is_due:
            return None
        record.is_probed = True
        others = (item for item in waiting[1:] if not (joins_series and item.is_same_series(waiting[0])))
        return next((item for item in others if item.id not in self._records), None)

    def aside(self) -> frozenset[int]:
        """Return the numbers of the items that wait behind all others."""
        return frozenset(number for number, record in self._records.items() if record.is_own_fault)
