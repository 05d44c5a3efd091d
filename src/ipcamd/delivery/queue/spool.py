"""Spool of captured files: on disk from acceptance to delivery."""

import asyncio
import logging
import os
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ipcamd.delivery.queue.delivery_queue import DeliveryQueue, QueueLimits
from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.errors import ConfigError, StoreError
from ipcamd.recording.clip_file import ClipFile
from ipcamd.store.database import Database
from ipcamd.store.durable_files import copy_durably, sync_directory

_COLUMNS = "target, token, name, content_type, size, moment, what, schedule, tried"

_log = logging.getLogger(__name__)


class Spool:
    """One queue per target: rows in the database, files (hard links where possible) in a directory beside it."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        bounds: Callable[[], QueueLimits],
        came: Callable[[str], None],
        dropped: Callable[[SpoolItem], None],
    ) -> None:
        """Load the stored items. `came` gets the target of new items, `dropped` each dropped item. `bounds` returns the
        present limits. Raises ``StoreError``, and ``ConfigError`` for an unusable directory."""
        self._database = database
        self._folder = folder
        self._bounds = bounds
        self._came = came
        self._dropped = dropped
        self._lock = asyncio.Lock()  # items are numbered in the order of arrival
        self._queue = DeliveryQueue()
        self._queue.add(self._load())
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            self._clean()
        except OSError as error:
            raise ConfigError(f"files for delivery cannot be stored in {folder}: {error.strerror}") from error

    def head(self, target: str) -> SpoolItem | None:
        """Return the first item of a target."""
        return self._queue.head(target)

    def waiting(self, target: str) -> tuple[int, int]:
        """Return how many items wait for a target, and their bytes."""
        return self._queue.waiting(target)

    async def put(self, target: str, materials: Sequence[ClipFile]) -> None:
        """Queue the files of a clip; on return they are durable. Raises ``StoreError`` for the first refused file; then
        no other item was dropped for it."""
        for portion in _portions(materials, self._bounds()):
            await self._database.complete(self._put(target, portion))

    def holds(self, item: SpoolItem) -> bool:
        """Whether an item is still queued: neither delivered nor dropped."""
        return item in self._queue

    async def advance(
        self,
        target: str,
        most: int = 1,
        after: int = 0,
        done: Sequence[SpoolItem] = (),
        skipped: Collection[int] = frozenset(),
    ) -> list[SpoolItem]:
        """Remove `done`; return the items after number `after` that are not `skipped`, unchanged: `most` of them, and
        the rest of the last one's series. On disk they now count as tried. A failed write is only logged: at worst a
        file is delivered twice."""
        return await self._database.complete(self._advance(target, most, after, done, skipped))

    def waiting_items(self, target: str) -> list[SpoolItem]:
        """Return the items of a target, in order."""
        return self._queue.of(target)

    def put_back(self, items: Iterable[SpoolItem]) -> None:
        """Mark items of `advance` that no session has started as not tried. (The disk keeps the mark.)"""
        self._queue.update(items)

    def _load(self) -> Iterator[SpoolItem]:
        rows = self._database.rows(f"SELECT id, {_COLUMNS} FROM spool ORDER BY id")
        for number, target, token, name, kind, size, moment, what, schedule, tried in rows:
            path = self._folder / token
            yield SpoolItem(number, target, token, path, name, kind, size, moment, what, schedule, bool(tried))

    def _clean(self) -> None:
        """Remove files without an item: not queued yet, or already delivered."""
        known = {item.token for item in self._queue}
        for path in self._folder.iterdir():
            if path.name not in known:
                path.unlink()

    async def _put(self, target: str, materials: Sequence[ClipFile]) -> None:
        async with self._lock:
            items = await asyncio.to_thread(self._take_in, target, materials)
            try:
                surplus = list(self._queue.surplus(items, self._bounds()))
                numbers = await self._save(items, surplus)
            except StoreError as error:
                await asyncio.to_thread(_unlink, items)
                raise StoreError(f"it could not be queued for delivery: {error}") from error
            await self._drop(surplus)
            self._queue.add(replace(p, id=number) for p, number in zip(items, numbers, strict=True))
        for old in surplus:
            self._dropped(old)
        self._came(target)

    def _take_in(self, target: str, materials: Sequence[ClipFile]) -> list[SpoolItem]:
        """Return items whose files are on disk. Raises ``StoreError``."""
        items = list[SpoolItem]()
        try:
            for material in materials:
                items.append(self._item(target, material))
                _link(material.path, items[-1].path)
            sync_directory(self._folder)
        except OSError as error:
            _unlink(items)
            raise StoreError(f"it could not be queued for delivery: {error.strerror}") from error
        return items

    def _item(self, target: str, m: ClipFile) -> SpoolItem:
        token, size, what = secrets.token_hex(16), m.path.stat().st_size, m.event.label
        path = self._folder / token
        return SpoolItem(0, target, token, path, m.name, m.content_type, size, m.event.time_ns, what, m.schedule)

    async def _save(self, items: Sequence[SpoolItem], surplus: Sequence[SpoolItem]) -> list[int]:
        """Return the numbers of the stored items. Raises ``StoreError``."""
        numbers = list[int]()

        def save(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM spool WHERE id = ?", [(old.id,) for old in surplus])
            for p in items:
                file = p.target, p.token, p.name, p.content_type, p.size
                row = (*file, p.event_ns, p.event_label, p.schedule, p.tried)
                cursor = connection.execute(f"INSERT INTO spool ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
                numbers.append(cursor.lastrowid or 0)

        await self._database.write(save)
        return numbers

    async def _advance(
        self, target: str, most: int, after: int, done: Sequence[SpoolItem], skipped: Collection[int]
    ) -> list[SpoolItem]:
        async with self._lock:
            items = self._queue.after(target, after, most, skipped)
            await self._note(done, [item for item in items if not item.tried])
            await self._drop(done)
            self._queue.update(replace(item, tried=True) for item in items)
            return items

    async def _note(self, done: Sequence[SpoolItem], tried: Sequence[SpoolItem]) -> None:
        def save(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM spool WHERE id = ?", [(item.id,) for item in done])
            connection.executemany("UPDATE spool SET tried = 1 WHERE id = ?", [(item.id,) for item in tried])

        if done or tried:
            try:
                await self._database.write(save)
            except StoreError as error:  # delivered items have no files, and are removed at the next start
                _log.warning("the progress of the delivery could not be stored: %s", error)

    async def _drop(self, items: Sequence[SpoolItem]) -> None:
        self._queue.remove(items)
        if items:
            await asyncio.to_thread(_unlink, items)


def _portions(materials: Sequence[ClipFile], bounds: QueueLimits) -> Iterator[list[ClipFile]]:
    """Yield the files in as few portions as fit into the queue."""
    portion, size = list[ClipFile](), 0
    for material in materials:
        if portion and (len(portion) == bounds.items or size + material.size_bytes > bounds.size):
            yield portion
            portion, size = [], 0
        portion.append(material)
        size += material.size_bytes
    if portion:
        yield portion


def _unlink(items: Sequence[SpoolItem]) -> None:
    for item in items:
        with suppress(OSError):  # already gone, or cleaned at the next start
            item.path.unlink()


def _link(source: Path, target: Path) -> None:
    """Link `target` to `source`; on another disk, copy it. Its content is durable on return."""
    try:
        os.link(source, target)
    except OSError:
        copy_durably(source, target)
