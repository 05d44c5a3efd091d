"""Recycling of a full SD card: the oldest files are deleted, or recording stops (``DiskFull``, SDK 14)."""

from collections.abc import Callable
from typing import Protocol

from ipcamd.dataclass import dataclass
from ipcamd.errors import CardBusy, CardError
from ipcamd.storage.index import RecordingIndex
from ipcamd.storage.recording import Recording

RESERVE_BYTES = 8 << 20
"""Bytes that stay free so that open files can be completed; on a small card, a sixteenth of its size."""


@dataclass(frozen=True, slots=True)
class Space:
    """Size of the card and free space on it."""

    total_bytes: int = 0
    free_bytes: int = 0


class RecyclableCard(Protocol):
    """Card whose files may be deleted: `ipcamd.storage.card.Card`."""

    index: RecordingIndex

    @property
    def mounted(self) -> bool:
        """Whether a writable card was in the slot at the last `look`."""

    @property
    def is_read(self) -> bool:
        """Whether the index contains all files on the card."""

    async def look(self) -> bool:
        """Check now whether a card is in the slot."""

    def space(self) -> Space:
        """Return size and free space as of the last `look`."""

    async def delete(self, *recordings: Recording) -> None:
        """Delete files. Raises ``OSError``."""


def is_full(space: Space, policy: str) -> bool:
    """Return whether nothing more can be written because files may not be deleted. `policy` is the value of
    ``DiskFull``."""
    return policy == "stop" and space.total_bytes > 0 and space.free_bytes <= _reserve_bytes(space)


async def recycle(card: RecyclableCard, need_bytes: int, policy: Callable[[], str]) -> bool:
    """Delete the oldest files until `need_bytes` and the reserve are free; return False if no file may be deleted.

    Raises `CardError`; `CardBusy` if the card is still being read and may hold older files than the known ones;
    ``OSError``.
    """
    while await _is_short_of(card, need_bytes):
        if not card.mounted:
            raise CardError("there is no SD card")
        if policy() != "recycle":
            return False
        if not card.is_read:
            raise CardBusy("the SD card is full; no file can be deleted until the card has been read")
        oldest = card.index.oldest()
        if oldest is None:
            return False
        await card.delete(oldest)
    return True


async def _is_short_of(card: RecyclableCard, need_bytes: int) -> bool:
    await card.look()
    space = card.space()
    return space.free_bytes < need_bytes + _reserve_bytes(space)


def _reserve_bytes(space: Space) -> int:
    return min(RESERVE_BYTES, space.total_bytes // 16)
