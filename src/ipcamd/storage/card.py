"""SD card: presence, contents, writing, and recycling when it is full (SDK 14)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import tzinfo
from functools import partial
from pathlib import Path

from ipcamd.errors import CardBusy, CardError
from ipcamd.storage.card_files import WholeFile, add_clip_file, remove_files, rescan_file
from ipcamd.storage.card_presence import CardPresence
from ipcamd.storage.card_recycling import Space, is_full, recycle
from ipcamd.storage.card_scan import CardScan
from ipcamd.storage.disk import CardId, Disk
from ipcamd.storage.index import RecordingIndex
from ipcamd.storage.recording import EVENT, Recording
from ipcamd.workers.pool import WorkerPool
from ipcamd.workers.tasks import end_tasks
from ipcamd.workers.threaded_file import ThreadedFile

IDLE_S = 5.0
"""Seconds that formatting waits for open files to be completed."""
READ_S = 30.0
"""Seconds that a request waits while the card is being read."""
START_S = 1.0
"""Seconds that the camera's start waits for the card."""
THREADS = 4
"""Maximum number of concurrent calls on the card; the recorder's calls are not counted."""

_log = logging.getLogger(__name__)


class Card:
    """The camera's SD card. For the event loop: all calls on its file system run in `threads`."""

    def __init__(
        self,
        root: Path | None,
        index: RecordingIndex,
        policy: Callable[[], str],
        zone: Callable[[], tzinfo],
        log_event: Callable[[str, str], None] = lambda what, why: None,
    ) -> None:
        """Make the card of the directory `root`; None means that the camera has no card slot.

        `policy` returns the value of ``Event.Server.External.Storage.DiskFull`` and `zone` the camera's time zone.
        `log_event` writes an event and its reason to the event log.
        """
        self.threads = WorkerPool("card", THREADS)
        """A card that hangs blocks only these threads."""
        self.disk = Disk(root) if root else None
        self.index = index
        self.limit_bytes: int | None = None
        """Size of a virtual card that is smaller than its disk."""
        self._policy = policy
        self._zone = zone
        self.log_event = log_event
        self._presence = (
            CardPresence(self.disk, self.threads, self._changed, self._note_condition) if self.disk else None
        )
        self._scan = CardScan(index, self.threads, zone, self._notify)
        self._started = False
        self._watching: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[], None]] = []
        self._condition: tuple[object, ...] = ()
        self._users = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._formatting = False
        self.formatted: float | None = None
        """Fraction of the card that is formatted, 0 to 1; None unless formatting is in progress."""
        self._room_lock = asyncio.Lock()
        self._adding_lock = asyncio.Lock()

    # ---- presence

    @property
    def slot(self) -> bool:
        """Whether the camera has a slot for a card."""
        return self.disk is not None

    @property
    def mounted(self) -> bool:
        """Whether a writable card was in the slot at the last `look`."""
        return self._presence is not None and self._presence.state.card is not None

    @property
    def ready(self) -> bool:
        """Whether files can be written to the card now."""
        return self.mounted and self._scan.writable and not self._formatting

    @property
    def is_read(self) -> bool:
        """Whether the index contains all files on the card."""
        return self._scan.is_read

    @property
    def is_read_only(self) -> bool:
        """Whether the card in the slot is write-protected."""
        return self._presence is not None and self._presence.state.is_read_only

    @property
    def failure(self) -> str:
        """Reason why the card cannot be read; empty if it can."""
        return self._scan.failure or ("the card does not respond" if self._presence and self._presence.hangs else "")

    @property
    def problem(self) -> str:
        """Reason why nothing can be written to the card; empty if it can."""
        if not self.mounted:
            return "there is no SD card"
        if self.full:
            return "the SD card is full"
        return "" if self.ready or self._formatting else self._scan.status

    def watch(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `ready`, `failure` or `full` may have changed."""
        self._listeners.append(listener)

    def insert(self, inserted: bool) -> None:
        """Insert or remove the virtual device's card."""
        if self._presence and inserted:
            self._presence.insert()
        elif self._presence:
            self._presence.pull()

    async def look(self) -> bool:
        """Check now whether a card is in the slot; return the result."""
        if self._presence:
            await self._presence.look()
        return self.mounted

    async def start(self) -> None:
        """Create the directory if it is missing, and begin to read the card."""
        if self._presence is None:
            return
        starting = asyncio.create_task(self._start(self._presence))
        await asyncio.wait({starting}, timeout=START_S)
        self._watching = asyncio.create_task(self._watch(starting, self._presence))

    async def stop(self) -> None:
        """Stop reading and watching the card."""
        self._scan.cancel()
        await end_tasks(self._watching)

    async def wait_until_read(self, timeout_s: float | None = None) -> None:
        """Wait until all files are in the index, or there is no card. Raises `CardBusy` after `timeout_s`."""
        if self.slot:
            await self.look()
            await self._scan.wait(timeout_s)

    # ---- space

    def space(self) -> Space:
        """Return size and free space as of the last `look`."""
        if self._presence is None or not self.mounted:
            return Space()
        state = self._presence.state
        total = min(state.total_bytes, self.limit_bytes or state.total_bytes)
        return Space(total, max(0, min(state.free_bytes, total - self.index.size_bytes)))

    @property
    def full(self) -> bool:
        """Whether nothing more can be written because the card is full and its files may not be deleted."""
        return is_full(self.space(), self._policy())

    async def make_room(self, need: int) -> bool:
        """Free `need` bytes and the reserve; return False if the card is full and no file may be deleted.

        Raises `CardError`; `CardBusy` if the card is still being read and may hold older files than the known ones;
        ``OSError``.
        """
        async with self._room_lock:
            return await recycle(self, need, self._policy)

    # ---- files

    async def add_clip(self, file: WholeFile) -> str:
        """Add a complete file to the event folder and return its name there; the file is durable on return.

        A file that another schedule has already added is not added twice. Raises `CardError`.
        """
        async with self.writing() as disk, self._adding_lock:
            for present in self.index:
                if (present.folder, present.started_ns, present.ended_ns) == (EVENT, file.started_ns, file.ended_ns):
                    return present.name
            try:
                if not await self._make_room_for(file):
                    raise CardError("the SD card is full")
                found = await self.threads.run(partial(add_clip_file, disk, file))
            except OSError as error:
                raise CardError(f"the SD card failed: {error}") from error
            recording = found.recording(file.started_ns, file.ended_ns)
            await self.add_recordings(recording)
            return recording.name

    async def delete(self, *recordings: Recording) -> None:
        """Delete files. The caller leaves out those that are being written.

        The deletion is durable on return. Raises ``OSError``.
        """
        assert self.disk is not None
        await self.threads.run(partial(remove_files, self.disk, recordings))
        await self.index.remove([recording.key for recording in recordings])

    async def open(self, recording: Recording) -> ThreadedFile:
        """Open a file for reading and return it. Raises ``OSError``."""
        assert self.disk is not None
        opening = self.threads.run(partial(self.disk.open, recording.folder, recording.name))
        try:
            return ThreadedFile(await asyncio.shield(opening), self.threads)
        except asyncio.CancelledError:  # the caller was cancelled: close the file
            opening.add_done_callback(self._close_opened)
            raise

    async def add_recordings(self, *recordings: Recording) -> None:
        """Add completed files to the index. Files of a removed card are found when it is inserted again."""
        if await self.look():
            await self.index.add(recordings)

    def update_recording(self, recording: Recording) -> None:
        """Update a file in the index while it is being written."""
        if self.mounted:
            self.index.put(recording)

    async def rescan(self, folder: str, name: str) -> None:
        """Add one file to the index if it exists; repair it if it is truncated. Raises ``OSError``."""
        if self.disk is not None:
            await self.index.add(await self.threads.run(partial(rescan_file, self.disk, folder, name, self._zone())))

    async def format(self) -> None:
        """Stop writing and delete all files in the camera's folders. Raises `CardError`."""
        if self._formatting:
            raise CardError("formatting is already in progress")
        if not await self.look() or self.disk is None or self._formatting:
            raise CardError("there is no SD card")
        self._formatting, self.formatted = True, 0.0
        self._notify()
        try:
            await asyncio.wait_for(self._idle.wait(), IDLE_S)
            self._scan.cancel()
            await self.threads.run(partial(self.disk.clear, self._note_formatted))
            await self.index.clear()
            self._scan.finish()
        except (OSError, TimeoutError) as error:
            self._follow(self._presence.state.card if self._presence else None)  # find the remaining files
            raise CardError(f"the SD card could not be formatted: {error or 'files are being written'}") from error
        finally:
            self._formatting, self.formatted = False, None
            self._notify()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Disk]:
        """Context manager for writing to the card; formatting waits until it ends.

        Raises `CardError` if the card is not ready.
        """
        if not await self.look() or not self.ready or self.disk is None:
            raise CardError(self._reason_not_ready())
        self._users += 1
        self._idle.clear()
        try:
            yield self.disk
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

    # ---- internals

    async def _start(self, presence: CardPresence) -> None:
        assert self.disk is not None
        why = "it cannot be written"
        try:
            await self.threads.run(self.disk.make)
        except FileExistsError:
            why = "it is not a directory"
        except OSError as error:
            why = error.strerror or str(error)
        await presence.look()
        self._started = True
        if not self.mounted and presence.inserted:
            _log.warning("%s cannot be the SD card: %s", self.disk.root, why)

    async def _watch(self, starting: "asyncio.Task[None]", presence: CardPresence) -> None:
        await starting
        await presence.watch()

    def _changed(self, card: CardId | None) -> None:
        if self._started:
            self.log_event("sdcard inserted" if card else "sdcard removed", "")
        self._follow(card)

    def _note_condition(self) -> None:
        """Notify listeners when the card becomes full or fails, and when the condition ends."""
        before, self._condition = self._condition, (self.failure, self.full)
        if self._condition != before:
            self._notify()

    def _follow(self, card: CardId | None) -> None:
        """Begin to read a new card, or stop if none is in the slot."""
        self.index.forget_all()
        if card and self.disk:
            self._scan.begin(self.disk, card)
        else:
            self._scan.cancel()
        self._notify()

    async def _make_room_for(self, file: WholeFile) -> bool:
        """Free space for a file. Wait until the card has been read if the oldest file is not known otherwise."""
        size = (await self.threads.run(file.path.stat)).st_size
        try:
            return await self.make_room(size)
        except CardBusy:
            await self.wait_until_read(READ_S)
            return await self.make_room(size)

    def _reason_not_ready(self) -> str:
        if self._formatting:
            return "the SD card is being formatted"
        return self._scan.status if self.mounted else "there is no SD card"

    def _note_formatted(self, part: float) -> None:
        self.formatted = part

    def _close_opened(self, opening: "asyncio.Future[int]") -> None:
        if not opening.cancelled() and not opening.exception():
            ThreadedFile(opening.result(), self.threads).close()

    def _notify(self) -> None:
        for listener in self._listeners:
            listener()
