"""The SD card: whether it is there, what is on it, what goes onto it, and what has to go when it is full (SDK 14)."""

import asyncio
import errno
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO, Protocol

from ipcamd.errors import CardError
from ipcamd.storage.disk import Disk, Found, Identity
from ipcamd.storage.index import Index
from ipcamd.storage.recording import EVENT, Recording, began_by, free_names

RESERVE = 8 << 20
"""Bytes that stay free, or a sixteenth of a small card: what is being written must be finished in order."""
BATCH = 50
"""Unknown files that are looked at in one go."""
IDLE = 5.0
"""Seconds that formatting waits for what is being written to be finished."""

_log = logging.getLogger(__name__)


class Film(Protocol):
    """A whole file to keep: `ipcamd.recording.clip_file.Material`."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def name(self) -> str:
        """Its name, of the form of recordings' names."""

    @property
    def began(self) -> int:
        """Nanoseconds since the epoch, UTC."""

    @property
    def ended(self) -> int:
        """Likewise."""


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes."""

    total: int = 0
    free: int = 0

    @property
    def used(self) -> int:
        """By us and by others."""
        return self.total - self.free


class Card:
    """The camera's SD card. For the event loop; nothing here blocks it."""

    def __init__(
        self,
        root: Path | None,
        index: Index,
        policy: Callable[[], str],
        place: Callable[[], tzinfo],
        note: Callable[[str, str], None] = lambda what, why: None,
    ) -> None:
        """`root` is the directory that is the card, None for a camera without a slot.

        `policy` is ``Event.Server.External.Storage.DiskFull``, `place` the camera's time zone; `note` takes what should
        stand in the event log: what happened, and why.
        """
        self.disk = Disk(root) if root else None
        self.index = index
        self.limit: int | None = None
        """The card's size in bytes, if it is to be smaller than the disk that it is on."""
        self._policy = policy
        self._place = place
        self.note = note
        self._inserted = root is not None
        self._card: Identity | None = None
        """The card that is in; None: there was none when we last looked."""
        self._started = False
        self._listeners: list[Callable[[], None]] = []
        self._reading: asyncio.Task[None] | None = None
        self._matched = False
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
        """Whether a card is in it that can be written."""
        return self._found() is not None

    @property
    def ready(self) -> bool:
        """Whether something can be written to it now."""
        return self.look() and self._matched and not self._formatting

    @property
    def trouble(self) -> str:
        """What keeps everybody from writing to it, in words; empty if nothing does."""
        if not self.mounted:
            return "there is no SD card"
        return "the SD card is full" if self.full else ""

    def watch(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `ready` may have changed."""
        self._listeners.append(listener)

    def insert(self, inserted: bool) -> None:
        """Put the card in, or pull it out (the virtual device's world)."""
        if self.disk is not None:
            self._inserted = inserted
            self.look()

    def look(self) -> bool:
        """Notice whether the card is there, and return it. Nobody tells us when a real one comes or goes."""
        card = self._found()
        if card != self._card:
            self._card = card
            self._stop_reading()
            self._matched = False
            self.index.forget_all()
            if card:
                self._reading = asyncio.get_running_loop().create_task(self._read(card))
            if self._started:
                self.note("sdcard inserted" if card else "sdcard removed", "")
            self._tell()
        self._started = True
        return card is not None

    async def start(self) -> None:
        """Make the directory if it is not there, and begin to look through the card."""
        if self.disk is not None:
            why = "it cannot be written"
            try:
                await asyncio.to_thread(self.disk.make)
            except FileExistsError:
                why = "it is not a directory"
            except OSError as error:
                why = error.strerror or str(error)
            if not self.look() and self._inserted:
                _log.warning("%s cannot be the SD card: %s", self.disk.root, why)

    async def stop(self) -> None:
        """Look no further through it."""
        reading = self._reading
        self._stop_reading()
        if reading:
            await asyncio.gather(reading, return_exceptions=True)

    async def known(self) -> None:
        """Wait until everything that is on the card is known."""
        if self.look() and self._reading:
            await asyncio.shield(self._reading)

    # ---- how much there is

    def space(self) -> Space:
        """Return its size and what is free of it."""
        if self.disk is None or not self.mounted:
            return Space()
        try:
            total, free = self.disk.space()
        except OSError:
            return Space()
        total = min(total, self.limit or total)
        return Space(total, max(0, min(free, total - self.index.bytes)))

    @property
    def full(self) -> bool:
        """Whether nothing more can be written, since what is there must stay."""
        space = self.space()
        return self._policy() == "stop" and space.total > 0 and space.free <= _reserve(space)

    async def make_room(self, need: int) -> bool:
        """Make sure that `need` bytes fit besides the reserve; if the card is full and may not recycle, return False.

        Raises `CardError` and ``OSError``.
        """
        async with self._room:
            need += _reserve(self.space())
            while self.space().free < need:
                if not self.mounted:
                    raise CardError("there is no SD card")
                oldest = self.index.oldest() if self._policy() == "recycle" else None
                if oldest is None:
                    return False
                await self.delete(oldest)
            return True

    # ---- what goes onto it, and off it

    async def keep(self, film: Film) -> str:
        """Keep a whole file among those that events made; durable on return. Return its name there. Raises `CardError`.

        One that is there already, because another schedule kept it, is not kept twice.
        """
        async with self.using() as disk, self._keeping:
            for present in self.index:
                if (present.folder, present.began, present.ended) == (EVENT, film.began, film.ended):
                    return present.name
            try:
                if not await self.make_room((await asyncio.to_thread(film.path.stat)).st_size):
                    raise CardError("the SD card is full")
                found = await asyncio.to_thread(_take_in, disk, film)
            except OSError as error:
                raise CardError(f"the SD card failed: {error}") from error
            kept = Recording(found.folder, found.name, found.size, found.stamp, film.began, film.ended)
            await self.recorded(kept)
            return kept.name

    async def delete(self, recording: Recording) -> None:
        """Delete a file that is not being written; durable on return. Raises ``OSError``."""
        assert self.disk is not None
        await asyncio.to_thread(_remove, self.disk, recording)
        await self.index.drop([recording.key])

    async def open(self, recording: Recording) -> BinaryIO:
        """Return the file, open for reading. Raises ``OSError``."""
        assert self.disk is not None
        # opened whole in the thread: who asks may be gone by then, and nothing must be left open
        return await asyncio.to_thread(_open, self.disk, recording)

    async def recorded(self, *recordings: Recording) -> None:
        """Know files that were written; those of a card that is out by now are found again when it is back."""
        if self.look():
            await self.index.add(recordings)

    def progress(self, recording: Recording) -> None:
        """Know a file as it is while it is being written."""
        if self.look():
            self.index.put(recording)

    async def learn(self, folder: str, name: str) -> None:
        """Take note of one file, if it is there, and mend it if it was cut off. Raises ``OSError``."""
        if self.disk is None:
            return
        found = await asyncio.to_thread(self.disk.find, folder, name)
        known = await asyncio.to_thread(_survey, self.disk, found, self._place())
        if found and not known and await asyncio.to_thread(self.disk.find, folder, name):
            raise OSError(errno.EIO, "it cannot be read", name)
        await self.index.add(known)

    async def format(self) -> None:
        """Stop what is being written, delete everything in our folders. Raises `CardError`."""
        if not self.look() or self.disk is None or self._formatting:
            raise CardError("there is no SD card" if not self._formatting else "it is being formatted already")
        self._formatting = True
        self._tell()
        try:
            await asyncio.wait_for(self._idle.wait(), IDLE)
            self._stop_reading()
            await asyncio.to_thread(self.disk.clear)
            await self.index.clear()
            self._matched = True
        except (OSError, TimeoutError) as error:
            self._card = None  # what is left is to be found out
            raise CardError(f"the SD card could not be formatted: {error or 'it is busy'}") from error
        finally:
            self._formatting = False
            self.look()
            self._tell()

    @asynccontextmanager
    async def using(self) -> AsyncIterator[Disk]:
        """Write to the card meanwhile: formatting waits. Raises `CardError` if it is not ready."""
        if not self.ready or self.disk is None:
            raise CardError("the SD card is being formatted" if self._formatting else "there is no SD card")
        self._users += 1
        self._idle.clear()
        try:
            yield self.disk
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

    # ---- inside

    def _found(self) -> Identity | None:
        return self.disk.card() if self._inserted and self.disk is not None else None

    async def _read(self, card: Identity) -> None:
        """Learn what is on the card: from the store what has not changed, the rest from the card itself."""
        assert self.disk is not None
        try:
            await asyncio.to_thread(self.disk.prepare, card)
            await asyncio.to_thread(self.disk.clear_drafts)
            found = await asyncio.to_thread(lambda disk: list(disk.entries()), self.disk)
            unknown, gone = self.index.settle(await self.index.stored(), found)
            self._matched = True
            self._tell()
            await self.index.drop(gone)
            for start in range(0, len(unknown), BATCH):
                some = unknown[start : start + BATCH]
                await self.index.add(await asyncio.to_thread(_survey, self.disk, some, self._place()))
        except OSError as error:
            _log.warning("the SD card could not be read: %s", error)

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading.cancel()
            self._reading = None

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _reserve(space: Space) -> int:
    return min(RESERVE, space.total // 16)


def _survey(disk: Disk, files: Iterable[Found], place: tzinfo) -> list[Recording]:
    from ipcamd.storage.scan import survey  # most starts have nothing to look at

    return survey(disk, files, place)


def _open(disk: Disk, recording: Recording) -> BinaryIO:
    return os.fdopen(disk.open(recording.folder, recording.name), "rb")


def _take_in(disk: Disk, film: Film) -> Found:
    began = began_by(film.name)
    if began is None:
        raise OSError(f"{film.name} is no name of a recording")
    model, ending = film.name.rsplit("-", 2)[0], film.name[-3:]
    for name in free_names(model, began, ending):
        with suppress(FileExistsError):
            return disk.take_in(film.path, EVENT, name)
    raise FileExistsError(f"there are recordings of that time already: {film.name}")


def _remove(disk: Disk, recording: Recording) -> None:
    try:
        disk.remove(recording.folder, recording.name)
        disk.sync(recording.folder)
    except FileNotFoundError:
        pass  # somebody else did it
