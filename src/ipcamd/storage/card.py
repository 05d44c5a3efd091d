"""SD card: presence, contents, writing, and recycling when it is full (SDK 14)."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Protocol

from ipcamd.errors import CardBusy, CardError
from ipcamd.storage.card_reader import CardReader, scan_files
from ipcamd.storage.disk import CardId, Disk, FileEntry
from ipcamd.storage.index import RecordingIndex
from ipcamd.storage.presence import CardPresence
from ipcamd.storage.recording import EVENT, Recording, began_by, free_names
from ipcamd.workers.file import ThreadedFile
from ipcamd.workers.pool import WorkerPool

RESERVE = 8 << 20
"""Bytes that stay free, or a sixteenth of a small card: what is being written must be finished in order."""
IDLE = 5.0
"""Seconds that formatting waits for what is being written to be finished."""
READ_S = 30.0
"""Seconds that a request waits for the card to be looked through."""
START_S = 1.0
"""Seconds that the camera's start waits for the card."""
THREADS = 4
"""Calls on the card at one time, those of the recorder aside."""

_log = logging.getLogger(__name__)


class WholeFile(Protocol):
    """A whole file to keep: `ipcamd.recording.clip_file.Material`."""

    @property
    def path(self) -> Path:
        """Path of the card's directory."""

    @property
    def name(self) -> str:
        """Its name, of the form of recordings' names."""

    @property
    def started_ns(self) -> int:
        """Nanoseconds since the epoch, UTC."""

    @property
    def ended_ns(self) -> int:
        """Likewise."""


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes."""

    total_bytes: int = 0
    free_bytes: int = 0

    @property
    def used_bytes(self) -> int:
        """By us and by others."""
        return self.total_bytes - self.free_bytes


class Card:
    """The camera's SD card. For the event loop: every call on its file system is made in `threads`."""

    def __init__(
        self,
        root: Path | None,
        index: RecordingIndex,
        policy: Callable[[], str],
        place: Callable[[], tzinfo],
        note: Callable[[str, str], None] = lambda what, why: None,
    ) -> None:
        """`root` is the directory that is the card, None for a camera without a slot.

        `policy` is ``Event.Server.External.Storage.DiskFull``, `place` the camera's time zone; `note` takes what should
        stand in the event log: what happened, and why.
        """
        self.threads = WorkerPool("card", THREADS)
        """A card that hangs blocks these alone."""
        self.disk = Disk(root) if root else None
        self.index = index
        self.limit_bytes: int | None = None
        """The card's size in bytes, if it is to be smaller than the disk that it is on."""
        self._policy = policy
        self._place = place
        self.note = note
        self._presence = CardPresence(self.disk, self.threads, self._changed) if self.disk else None
        self._reader = CardReader(index, self.threads, place, self._tell)
        self._started = False
        self._watching: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[], None]] = []
        self._users = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._formatting = False
        self._room = asyncio.Lock()
        self._keeping = asyncio.Lock()

    # ---- whether it is there

    @property
    def slot(self) -> bool:
        """Whether the camera has a slot for a card."""
        return self.disk is not None

    @property
    def mounted(self) -> bool:
        """Whether a card that can be written was in it when `look` was called last."""
        return self._presence is not None and self._presence.state.card is not None

    @property
    def ready(self) -> bool:
        """Whether something can be written to it now."""
        return self.mounted and self._reader.writable and not self._formatting

    @property
    def known(self) -> bool:
        """Whether everything that is on it is known."""
        return self._reader.known

    @property
    def trouble(self) -> str:
        """The reason why nobody can write to it, for people; empty if there is none."""
        if not self.mounted:
            return "there is no SD card"
        if self.full:
            return "the SD card is full"
        return "" if self.ready or self._formatting else self._reader.doing

    def watch(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `ready` may have changed."""
        self._listeners.append(listener)

    def insert(self, inserted: bool) -> None:
        """Put the card in, or pull it out (the virtual device's world)."""
        if self._presence is not None and inserted:
            self._presence.insert()
        elif self._presence is not None:
            self._presence.pull()

    async def look(self) -> bool:
        """Look whether the card is there, and return it. Nobody tells us when a real one comes or goes."""
        if self._presence:
            await self._presence.look()
        return self.mounted

    async def start(self) -> None:
        """Make the directory if it is not there, and begin to look through the card."""
        if self._presence is None:
            return
        starting = asyncio.create_task(self._start(self._presence))
        await asyncio.wait({starting}, timeout=START_S)
        self._watching = asyncio.create_task(self._watch(starting, self._presence))

    async def stop(self) -> None:
        """Look no further through it."""
        self._reader.cancel()
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def until_known(self, timeout_s: float | None = None) -> None:
        """Wait until everything that is on the card is known, or there is none. Raises `CardBusy` after `timeout_s`."""
        if self.slot:
            await self.look()
            await self._reader.wait(timeout_s)

    # ---- how much there is

    def space(self) -> Space:
        """Return its size and what is free of it, as it was when `look` was called last."""
        if self._presence is None or not self.mounted:
            return Space()
        state = self._presence.state
        total = min(state.total_bytes, self.limit_bytes or state.total_bytes)
        return Space(total, max(0, min(state.free_bytes, total - self.index.size_bytes)))

    @property
    def full(self) -> bool:
        """Whether nothing more can be written, since what is there must stay."""
        space = self.space()
        return self._policy() == "stop" and space.total_bytes > 0 and space.free_bytes <= _reserve(space)

    async def make_room(self, need: int) -> bool:
        """Make sure that `need` bytes fit besides the reserve; if the card is full and may not recycle, return False.

        Raises `CardError`, `CardBusy` if older files may be on it than those that are known, and ``OSError``.
        """
        async with self._room:
            while await self._is_short_of(need):
                if not self.mounted:
                    raise CardError("there is no SD card")
                if self._policy() != "recycle":
                    return False
                if not self.known:
                    raise CardBusy("the SD card is full, and nothing is deleted while it is being read")
                oldest = self.index.oldest()
                if oldest is None:
                    return False
                await self.delete(oldest)
            return True

    # ---- what goes onto it, and off it

    async def keep(self, film: WholeFile) -> str:
        """Keep a whole file among those that events made; durable on return. Return its name there. Raises `CardError`.

        One that is there already, because another schedule kept it, is not kept twice.
        """
        async with self.using() as disk, self._keeping:
            for present in self.index:
                if (present.folder, present.started_ns, present.ended_ns) == (EVENT, film.started_ns, film.ended_ns):
                    return present.name
            try:
                if not await self._make_room_for(film):
                    raise CardError("the SD card is full")
                found = await self.threads.run(partial(_take_in, disk, film))
            except OSError as error:
                raise CardError(f"the SD card failed: {error}") from error
            kept = found.recording(film.started_ns, film.ended_ns)
            await self.recorded(kept)
            return kept.name

    async def delete(self, recording: Recording) -> None:
        """Delete a file that is not being written; durable on return. Raises ``OSError``."""
        assert self.disk is not None
        await self.threads.run(partial(_remove, self.disk, recording))
        await self.index.remove([recording.key])

    async def open(self, recording: Recording) -> ThreadedFile:
        """Return the file, open for reading. Raises ``OSError``."""
        assert self.disk is not None
        opening = self.threads.run(partial(self.disk.open, recording.folder, recording.name))
        try:
            return ThreadedFile(await asyncio.shield(opening), self.threads)
        except asyncio.CancelledError:  # nobody waits for it any more: leave nothing open
            opening.add_done_callback(self._close_opened)
            raise

    async def recorded(self, *recordings: Recording) -> None:
        """Know files that were written; those of a card that is out by now are found again when it is back."""
        if await self.look():
            await self.index.add(recordings)

    def progress(self, recording: Recording) -> None:
        """Know a file as it is while it is being written."""
        if self.mounted:
            self.index.put(recording)

    async def learn(self, folder: str, name: str) -> None:
        """Take note of one file, if it is there, and mend it if it was cut off. Raises ``OSError``."""
        if self.disk is not None:
            await self.index.add(await self.threads.run(partial(_learn, self.disk, folder, name, self._place())))

    async def format(self) -> None:
        """Stop what is being written, delete everything in our folders. Raises `CardError`."""
        if self._formatting:
            raise CardError("it is being formatted already")
        if not await self.look() or self.disk is None or self._formatting:
            raise CardError("there is no SD card")
        self._formatting = True
        self._tell()
        try:
            await asyncio.wait_for(self._idle.wait(), IDLE)
            self._reader.cancel()
            await self.threads.run(self.disk.clear)
            await self.index.clear()
            self._reader.finish()
        except (OSError, TimeoutError) as error:
            self._follow(self._presence.state.card if self._presence else None)  # what is left is to be found out
            raise CardError(f"the SD card could not be formatted: {error or 'it is busy'}") from error
        finally:
            self._formatting = False
            self._tell()

    @asynccontextmanager
    async def using(self) -> AsyncIterator[Disk]:
        """Write to the card meanwhile: formatting waits. Raises `CardError` if it is not ready."""
        if not await self.look() or not self.ready or self.disk is None:
            raise CardError(self._unready())
        self._users += 1
        self._idle.clear()
        try:
            yield self.disk
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

    # ---- inside

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
            self.note("sdcard inserted" if card else "sdcard removed", "")
        self._follow(card)

    def _follow(self, card: CardId | None) -> None:
        """Find out what is on another card, or on none."""
        self.index.forget_all()
        if card and self.disk:
            self._reader.begin(self.disk, card)
        else:
            self._reader.cancel()
        self._tell()

    async def _is_short_of(self, need: int) -> bool:
        await self.look()
        space = self.space()
        return space.free_bytes < need + _reserve(space)

    async def _make_room_for(self, film: WholeFile) -> bool:
        """Make room for a file that can wait until it is known which file is the oldest."""
        size = (await self.threads.run(film.path.stat)).st_size
        try:
            return await self.make_room(size)
        except CardBusy:
            await self.until_known(READ_S)
            return await self.make_room(size)

    def _unready(self) -> str:
        if self._formatting:
            return "the SD card is being formatted"
        return self._reader.doing if self.mounted else "there is no SD card"

    def _close_opened(self, opening: "asyncio.Future[int]") -> None:
        if not opening.cancelled() and not opening.exception():
            ThreadedFile(opening.result(), self.threads).close()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _reserve(space: Space) -> int:
    return min(RESERVE, space.total_bytes // 16)


def _learn(disk: Disk, folder: str, name: str, place: tzinfo) -> list[Recording]:
    found = disk.find(folder, name)
    known = scan_files(disk, found, place)
    if found and not known and disk.find(folder, name):
        raise OSError(errno.EIO, "it cannot be read", name)
    return known


def _take_in(disk: Disk, film: WholeFile) -> FileEntry:
    began = began_by(film.name)
    if began is None:
        raise OSError(f"{film.name} is no name of a recording")
    model, ending = film.name.rsplit("-", 2)[0], film.name[-3:]
    for name in free_names(model, began, ending):
        with suppress(FileExistsError):
            return disk.add_file(film.path, EVENT, name)
    raise FileExistsError(f"there are recordings of that time already: {film.name}")


def _remove(disk: Disk, recording: Recording) -> None:
    try:
        disk.remove(recording.folder, recording.name)
        disk.sync(recording.folder)
    except FileNotFoundError:
        pass  # somebody else did it
