"""What was captured and is still to be delivered: on the disk before it counts as taken, until it is delivered."""

import asyncio
import logging
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ipcamd.errors import ConfigError, StoreError
from ipcamd.events.backlog import Backlog, Bounds
from ipcamd.events.engine import spelled
from ipcamd.events.material import Material
from ipcamd.events.parcel import Parcel
from ipcamd.store.database import Database, Step
from ipcamd.store.files import sync_directory

_COLUMNS = "target, token, name, content_type, size, moment, what, schedule, tried"

_log = logging.getLogger(__name__)


class Spool:
    """One queue for each target: rows in the database, files (hard links where possible) in a directory beside it."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        bounds: Callable[[], Bounds],
        came: Callable[[str], None],
        dropped: Callable[[Parcel], None],
    ) -> None:
        """Take up what was left. `came` is told for which target something came, `dropped` of what had to make room.

        Raises ``StoreError``, and ``ConfigError`` if the directory cannot be used.
        """
        self._database = database
        self._folder = folder
        self._bounds = bounds
        self._came = came
        self._dropped = dropped
        self._lock = asyncio.Lock()  # parcels are numbered in the order in which they came
        self._backlog = Backlog()
        self._backlog.add(self._load())
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            self._clean()
        except OSError as error:
            raise ConfigError(f"what is to be delivered cannot be kept in {folder}: {error.strerror}") from error

    def head(self, target: str) -> Parcel | None:
        """Return what is to be delivered next."""
        return self._backlog.head(target)

    def waiting(self, target: str) -> tuple[int, int]:
        """Return how many parcels wait for a target, and their bytes."""
        return self._backlog.waiting(target)

    async def put(self, target: str, materials: Sequence[Material]) -> None:
        """Take the files of a capture; on return they are safe against anything but the loss of the disk.

        Raises ``StoreError`` for the first that was not taken; nothing was dropped for that.
        """
        for portion in _portions(materials, self._bounds()):
            await self._database.complete(self._put(target, portion))

    def holds(self, parcel: Parcel) -> bool:
        """Return whether it still waits: it was neither let go nor dropped."""
        return parcel in self._backlog

    async def advance(self, target: str, most: int = 1, after: int = 0, done: Sequence[Parcel] = ()) -> list[Parcel]:
        """Let go of `done`, delivered or lost; return the parcels beyond number `after`, as they were.

        `most` of them, and what goes with the last. On the disk they count as tried from now on. A disk that cannot be
        written is only logged: at worst a file arrives twice.
        """
        return await self._database.complete(self._advance(target, most, after, done))

    def put_back(self, parcels: Iterable[Parcel]) -> None:
        """Count those as not tried by now that `advance` returned and nobody began with. (The disk knows no better.)"""
        for parcel in parcels:
            self._backlog.mark([parcel], parcel.tried)

    def forget(self) -> Step:
        """Return the step that drops everything (factory default)."""

        def done() -> None:
            parcels = list(self._backlog)
            self._backlog.remove(parcels)
            asyncio.get_running_loop().run_in_executor(None, _unlink, parcels)

        return Step(lambda connection: connection.execute("DELETE FROM parcel"), done, self._lock)

    def _load(self) -> Iterator[Parcel]:
        rows = self._database.rows(f"SELECT id, {_COLUMNS} FROM parcel ORDER BY id")
        for number, target, token, name, kind, size, moment, what, schedule, tried in rows:
            path = self._folder / token
            yield Parcel(number, target, token, path, name, kind, size, moment, what, schedule, bool(tried))

    def _clean(self) -> None:
        """Remove files that nobody knows: they were not taken yet, or are delivered already."""
        known = {parcel.token for parcel in self._backlog}
        for path in self._folder.iterdir():
            if path.name not in known:
                path.unlink()

    async def _put(self, target: str, materials: Sequence[Material]) -> None:
        async with self._lock:
            parcels = await asyncio.to_thread(self._take_in, target, materials)
            try:
                surplus = list(self._backlog.surplus(parcels, self._bounds()))
                numbers = await self._save(parcels, surplus)
            except StoreError as error:
                await asyncio.to_thread(_unlink, parcels)
                raise StoreError(f"it could not be kept for delivery: {error}") from error
            await self._drop(surplus)
            self._backlog.add(replace(p, id=number) for p, number in zip(parcels, numbers, strict=True))
        for old in surplus:
            self._dropped(old)
        self._came(target)

    def _take_in(self, target: str, materials: Sequence[Material]) -> list[Parcel]:
        """Return parcels whose files are on the disk. Raises ``StoreError``."""
        parcels = list[Parcel]()
        try:
            for material in materials:
                parcels.append(self._parcel(target, material))
                _link(material.path, parcels[-1].path)
            sync_directory(self._folder)
        except OSError as error:
            _unlink(parcels)
            raise StoreError(f"it could not be kept for delivery: {error.strerror}") from error
        return parcels

    def _parcel(self, target: str, m: Material) -> Parcel:
        token, size, what = uuid.uuid4().hex, m.path.stat().st_size, spelled(m.event)
        path = self._folder / token
        return Parcel(0, target, token, path, m.name, m.content_type, size, m.event.moment, what, m.schedule)

    async def _save(self, parcels: Sequence[Parcel], surplus: Sequence[Parcel]) -> list[int]:
        """Return the numbers that the parcels got. Raises ``StoreError``."""
        numbers = list[int]()

        def save(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM parcel WHERE id = ?", [(old.id,) for old in surplus])
            for p in parcels:
                row = (p.target, p.token, p.name, p.content_type, p.size, p.moment, p.what, p.schedule, p.tried)
                cursor = connection.execute(f"INSERT INTO parcel ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
                numbers.append(cursor.lastrowid or 0)

        await self._database.write(save)
        return numbers

    async def _advance(self, target: str, most: int, after: int, done: Sequence[Parcel]) -> list[Parcel]:
        async with self._lock:
            parcels = self._backlog.after(target, after, most)
            await self._note(done, [parcel for parcel in parcels if not parcel.tried])
            await self._drop(done)
            self._backlog.mark(parcels, tried=True)
            return parcels

    async def _note(self, done: Sequence[Parcel], tried: Sequence[Parcel]) -> None:
        def save(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM parcel WHERE id = ?", [(parcel.id,) for parcel in done])
            connection.executemany("UPDATE parcel SET tried = 1 WHERE id = ?", [(parcel.id,) for parcel in tried])

        if done or tried:
            try:
                await self._database.write(save)
            except StoreError as error:  # what is done has no file any more, and is forgotten at the next start
                _log.warning("how far the delivery is could not be noted: %s", error)

    async def _drop(self, parcels: Sequence[Parcel]) -> None:
        self._backlog.remove(parcels)
        if parcels:
            await asyncio.to_thread(_unlink, parcels)


def _portions(materials: Sequence[Material], bounds: Bounds) -> Iterator[list[Material]]:
    """Yield the materials in as few portions as may wait, each by itself."""
    portion, size = list[Material](), 0
    for material in materials:
        if portion and (len(portion) == bounds.items or size + material.size > bounds.size):
            yield portion
            portion, size = [], 0
        portion.append(material)
        size += material.size
    if portion:
        yield portion


def _unlink(parcels: Sequence[Parcel]) -> None:
    for parcel in parcels:
        with suppress(OSError):  # gone already, or cleaned at the next start
            parcel.path.unlink()


def _link(source: Path, target: Path) -> None:
    """Make `target` a second name of `source`, or a copy of it, synced, on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
