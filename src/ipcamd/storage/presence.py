"""Presence of the SD card: which one is in the slot, and how much is free on it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ipcamd.storage.disk import CardId, Disk
from ipcamd.workers.pool import WorkerPool

LOOK_S = 2.0
"""Seconds after which what was seen last counts: the card does not answer."""
WATCH_S = 2.0
"""Seconds from one look to the next; nothing tells when a real card comes or goes."""


@dataclass(frozen=True, slots=True)
class SlotState:
    """One look at the slot."""

    card: CardId | None = None
    """The card that is in it and can be written; None: there is none."""
    total_bytes: int = 0
    """The size of its file system."""
    free_bytes: int = 0


class CardPresence:
    """Looks at the slot in a worker thread, and remembers what was seen."""

    def __init__(self, disk: Disk, threads: WorkerPool, changed: Callable[[CardId | None], None]) -> None:
        """`changed` is called with the card that is in from now on, or none: after the first look, and on a change."""
        self._disk = disk
        self._threads = threads
        self._changed = changed
        self._inserted = True
        self._looking: asyncio.Future[SlotState] | None = None
        self._looked_at = False
        self.state = SlotState()

    @property
    def inserted(self) -> bool:
        """Whether somebody has put a card into the slot of a virtual device."""
        return self._inserted

    def pull(self) -> None:
        """Take the card out of a virtual device's slot."""
        self._inserted = False
        self._see(SlotState())

    def insert(self) -> None:
        """Put the card into a virtual device's slot, and look at it soon."""
        self._inserted = True
        if not self._looking:
            self._begin()

    async def look(self) -> None:
        """Look now. A card that does not answer within `LOOK_S` is taken to be as it was."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                while self._looking:  # it began earlier, and may have seen what is no more
                    await asyncio.wait({self._looking})
                await asyncio.wait({self._begin()})

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(WATCH_S)

    def _begin(self) -> "asyncio.Future[SlotState]":
        self._looking = self._threads.run(self._probe)
        self._looking.add_done_callback(self._looked)
        return self._looking

    def _probe(self) -> SlotState:
        card = self._disk.card()
        return SlotState(card, *self._disk.space()) if card else SlotState()

    def _looked(self, looking: "asyncio.Future[SlotState]") -> None:
        self._looking = None
        failed = looking.cancelled() or looking.exception()  # it went away between two of the calls
        self._see(looking.result() if self._inserted and not failed else SlotState())

    def _see(self, state: SlotState) -> None:
        before, self.state = self.state, state
        first, self._looked_at = not self._looked_at, True
        if first or state.card != before.card:
            self._changed(state.card)
