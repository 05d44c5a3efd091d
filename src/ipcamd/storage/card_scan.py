"""Scan of the SD card after an insertion: finds the recordings on the card in the background."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import tzinfo
from functools import partial

from ipcamd.errors import CardBusy
from ipcamd.storage.disk import CardId, Disk, FileEntry
from ipcamd.storage.index import RecordingIndex
from ipcamd.storage.recording import Recording
from ipcamd.workers.pool import WorkerPool

BATCH = 50
"""Unknown files that are read in one batch."""
RETRY_S = 5.0
"""Seconds between attempts to read a card that failed."""

_log = logging.getLogger(__name__)


class CardScan:
    """Fills the index from the card. For the event loop."""

    def __init__(
        self, index: RecordingIndex, threads: WorkerPool, zone: Callable[[], tzinfo], listed: Callable[[], None]
    ) -> None:
        """`zone` returns the camera's time zone; `listed` is called when the card can be written."""
        self._index = index
        self._threads = threads
        self._zone = zone
        self._listed = listed
        self._reading: asyncio.Task[None] | None = None
        self._done = asyncio.Event()
        self.failure = ""
        """Reason why the last attempt to read the card failed; empty if it did not."""
        self.writable = False
        """Whether the card can be written: its folders exist and its files are listed, so new files can be
        distinguished."""

    @property
    def is_read(self) -> bool:
        """Whether the scan is complete, or no card is in the slot."""
        return self._done.is_set()

    @property
    def status(self) -> str:
        """Present activity, in words."""
        return self.failure or "the card is being read"

    def begin(self, disk: Disk, card: CardId) -> None:
        """Begin to read an inserted card, or a card whose contents are uncertain."""
        self._stop()
        self.failure = ""
        self._done.clear()
        self._reading = asyncio.get_running_loop().create_task(self._read_until_done(disk, card))

    def cancel(self) -> None:
        """Stop the scan: the card was removed."""
        self._stop()
        self.failure = ""
        self._done.set()

    def _stop(self) -> None:
        if self._reading:
            self._reading.cancel()
            self._reading = None
        self.writable = False

    def finish(self) -> None:
        """Complete the scan at once: the card is empty and has its folders."""
        self.cancel()
        self.writable = True

    async def wait(self, timeout_s: float | None) -> None:
        """Wait until the scan is complete. Raises `CardBusy` after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._done.wait()
        except TimeoutError as error:
            raise CardBusy(self.status) from error

    async def _read_until_done(self, disk: Disk, card: CardId) -> None:
        while not self._done.is_set():
            try:
                await self._read(disk, card)
            except OSError as error:
                self.failure = f"the card cannot be read: {error.strerror or error}"
                _log.warning("%s", self.failure)
                await asyncio.sleep(RETRY_S)
            else:
                self.failure = ""
                self._done.set()

    async def _read(self, disk: Disk, card: CardId) -> None:
        """Take unchanged files from the database, and read the others from the card."""
        found = await self._threads.run(partial(_list, disk, card))
        unknown, gone = self._index.match(await self._index.load(), found)
        self.writable = True
        self._listed()
        await self._index.remove(gone)
        for start in range(0, len(unknown), BATCH):
            some = unknown[start : start + BATCH]
            await self._index.add(await self._threads.run(partial(scan_files, disk, some, self._zone())))


def scan_files(disk: Disk, files: Iterable[FileEntry], zone: tzinfo) -> list[Recording]:
    """Call `ipcamd.storage.file_repair.read_recordings`, imported here because most starts do not need it. Blocks."""
    from ipcamd.storage.file_repair import read_recordings

    return read_recordings(disk, files, zone)


def _list(disk: Disk, card: CardId) -> list[FileEntry]:
    disk.prepare(card)
    disk.clear_drafts()
    return list(disk.entries())
