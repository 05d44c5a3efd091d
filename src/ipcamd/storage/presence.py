"""Presence of the SD card: which one is in the slot, and how much is free on it."""

import asyncio
from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.storage.disk import CardId, Disk
from ipcamd.workers.pool import WorkerPool

LOOK_S = 2.0
"""Time limit of a check in seconds; then the last state counts."""
WATCH_S = 2.0
"""Seconds between two checks: nothing reports when a real card is inserted or removed."""


@dataclass(frozen=True, slots=True)
class SlotState:
    """State of the slot at one moment."""

    card: CardId | None = None
    """The writable card that is in it, if any."""
    total_bytes: int = 0
    """The size of its file system."""
    free_bytes: int = 0
    is_read_only: bool = False
    """There is a card that cannot be written; it is not `card`."""


class CardPresence:
    """Checks the slot in a worker thread and remembers its state."""

    def __init__(
        self,
        disk: Disk,
        threads: WorkerPool,
        changed: Callable[[CardId | None], None],
        checked: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is called with the new card, or None: after the first check and on each change; `checked` after
        every check."""
        self._disk = disk
        self._threads = threads
        self._changed = changed
        self._checked = checked
        self._inserted = True
        self._looking: asyncio.Future[SlotState] | None = None
        self._looked_at = False
        self.state = SlotState()
        self.hangs = False
        """The last check has not ended in time."""

    @property
    def inserted(self) -> bool:
        """Whether a card is in the slot of a virtual device."""
        return self._inserted

    def pull(self) -> None:
        """Take the card out of a virtual device's slot."""
        self._inserted = False
        self._see(SlotState())

    def insert(self) -> None:
        """Put the card into a virtual device's slot, and check it soon."""
        self._inserted = True
        if not self._looking:
            self._begin()

    async def look(self) -> None:
        """Check now. If the card does not answer within `LOOK_S`, its state stays as it was."""
        try:
            async with asyncio.timeout(LOOK_S):
                while self._looking:  # that check began earlier: its result may be out of date
                    await asyncio.wait({self._looking})
                await asyncio.wait({self._begin()})
        except TimeoutError:
            self.hangs = True
        else:
            self.hangs = False
        self._checked()

    async def watch(self) -> None:
        """Check every `WATCH_S`, until cancelled."""
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
        failed = looking.cancelled() or looking.exception()  # removed between two of the calls
        self._see(looking.result() if self._inserted and not failed else SlotState())

    def _see(self, state: SlotState) -> None:
        before, self.state = self.state, state
        first, self._looked_at = not self._looked_at, True
        if first or (state.card, state.is_read_only) != (before.card, before.is_read_only):
            self._changed(state.card)
