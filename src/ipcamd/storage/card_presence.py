"""Presence of the SD card: its identity and its free space."""

import asyncio
from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.storage.disk import CardId, Disk
from ipcamd.workers.pool import WorkerPool

LOOK_S = 2.0
"""Time limit of a check in seconds; after a timeout the last state remains."""
WATCH_S = 2.0
"""Seconds between checks; the system does not report that a card was inserted or removed."""


@dataclass(frozen=True, slots=True)
class SlotState:
    """State of the slot at one moment."""

    card: CardId | None = None
    """Writable card in the slot; None without one."""
    total_bytes: int = 0
    """Size of its file system."""
    free_bytes: int = 0
    is_read_only: bool = False
    """Whether there is a write-protected card; `card` is None then."""


class CardPresence:
    """Checks the slot in a worker thread and stores its state."""

    def __init__(
        self,
        disk: Disk,
        threads: WorkerPool,
        changed: Callable[[CardId | None], None],
        checked: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is called with the new card, or None, after the first check and on each change; `checked` after
        each check.
        """
        self._disk = disk
        self._threads = threads
        self._changed = changed
        self._checked = checked
        self.inserted = True
        """Whether a card is in the slot of a virtual device."""
        self._looking: asyncio.Future[SlotState] | None = None
        self._looked_at = False
        self.state = SlotState()
        self.hangs = False
        """Whether the last check timed out."""

    def pull(self) -> None:
        """Remove the card from the virtual device's slot."""
        self.inserted = False
        self._see(SlotState())

    def insert(self) -> None:
        """Insert the card into the virtual device's slot and check it soon."""
        self.inserted = True
        if not self._looking:
            self._begin()

    async def look(self) -> None:
        """Check now. If the card does not respond within `LOOK_S`, the state does not change."""
        try:
            async with asyncio.timeout(LOOK_S):
                while self._looking:  # that check began earlier, so its result may be out of date
                    await asyncio.wait({self._looking})
                await asyncio.wait({self._begin()})
            self.hangs = False
        except TimeoutError:
            self.hangs = True
        self._checked()

    async def watch(self) -> None:
        """Check every `WATCH_S` until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(WATCH_S)

    def _begin(self) -> "asyncio.Future[SlotState]":
        self._looking = self._threads.run(self._probe)
        self._looking.add_done_callback(self._looked)
        return self._looking

    def _probe(self) -> SlotState:
        card = self._disk.card()
        return SlotState(card, *self._disk.space()) if card else SlotState(is_read_only=self._disk.is_read_only())

    def _looked(self, looking: "asyncio.Future[SlotState]") -> None:
        self._looking = None
        failed = looking.cancelled() or looking.exception()  # removed between two calls
        self._see(looking.result() if self.inserted and not failed else SlotState())

    def _see(self, state: SlotState) -> None:
        before, self.state = self.state, state
        first, self._looked_at = not self._looked_at, True
        if first or (state.card, state.is_read_only) != (before.card, before.is_read_only):
            self._changed(state.card)
