"""Index of the card: in memory for requests, in the database for the next start.

The store's copy only saves time: it is compared with the card, and what does not match is read anew.
"""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ipcamd.errors import StoreError
from ipcamd.storage.disk import Found
from ipcamd.storage.recording import Recording
from ipcamd.store.database import Database

_log = logging.getLogger(__name__)

_ALL = "SELECT folder, name, size, stamp, began, ended FROM recording"
_PUT = "INSERT OR REPLACE INTO recording VALUES (?, ?, ?, ?, ?, ?)"
_DROP = "DELETE FROM recording WHERE folder = ? AND name = ?"

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list."""

    total: int
    """Recordings in the whole list."""
    recordings: tuple[Recording, ...]


class Index:
    """All recordings. For the event loop; changes are in memory at once, and in the store soon."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recordings: dict[Key, Recording] = {}
        self.bytes = 0
        """What all recordings take."""

    def __len__(self) -> int:
        return len(self._recordings)

    def __iter__(self) -> Iterator[Recording]:
        return iter(self._recordings.values())

    def get(self, folder: str, name: str) -> Recording | None:
        """Return the recording of that name, exactly."""
        return self._recordings.get((folder, name))

    async def stored(self) -> list[Recording]:
        """Return what the store knows."""
        try:
            return [Recording(*row) for row in await self._database.read(_ALL)]
        except StoreError as error:
            _log.warning("the index of recordings is made anew: %s", error)
            return []

    def put(self, *recordings: Recording) -> None:
        """Know these from now on, in memory alone: while they are being written."""
        for recording in recordings:
            self.forget(recording.key)
            self._recordings[recording.key] = recording
            self.bytes += recording.size

    def forget(self, key: Key) -> None:
        """Know this no more, in memory alone."""
        if known := self._recordings.pop(key, None):
            self.bytes -= known.size

    async def add(self, recordings: Collection[Recording]) -> None:
        """Know these, whole files, from now on."""
        self.put(*recordings)
        await self._write(_PUT, [(r.folder, r.name, r.size, r.stamp, r.began, r.ended) for r in recordings])

    async def drop(self, keys: Collection[Key]) -> None:
        """Know these no more."""
        for key in keys:
            self.forget(key)
        await self._write(_DROP, keys)

    def forget_all(self) -> None:
        """Know nothing, in memory: the card is out."""
        self._recordings.clear()
        self.bytes = 0

    async def clear(self) -> None:
        """Know nothing."""
        self.forget_all()
        await self._write("DELETE FROM recording", [()])

    def settle(self, stored: Iterable[Recording], found: Iterable[Found]) -> tuple[list[Found], list[Key]]:
        """Know what the store knows and the card holds, unchanged.

        Return the files that are not known so, and what the store should know no more. What is in memory already is
        newer than both.
        """
        there = {key: f for f in found if (key := (f.folder, f.name)) not in self._recordings}
        gone = []
        for recording in stored:
            file = there.get(recording.key)
            if file and (file.size, file.stamp) == (recording.size, recording.stamp):
                self.put(recording)
                del there[recording.key]
            elif recording.key not in self._recordings:
                gone.append(recording.key)
        return list(there.values()), gone

    def oldest(self) -> Recording | None:
        """Return the recording that began first, of those that are not being written."""
        return min((r for r in self if not r.writing), key=lambda r: r.began, default=None)

    def page(
        self,
        folder: str,
        since: int | None = None,
        until: int | None = None,
        *,
        by_time: bool = False,
        descending: bool = False,
        start: int = 0,
        count: int | None = None,
    ) -> Page:
        """Return the recordings from place `start` on of those that began in this time (nanoseconds, inclusive)."""
        some = [
            r
            for r in self
            if r.folder == folder and (since is None or r.began >= since) and (until is None or r.began <= until)
        ]
        some.sort(key=(lambda r: r.began) if by_time else (lambda r: r.name), reverse=descending)
        return Page(len(some), tuple(some[start : None if count is None else start + count]))

    async def _write(self, statement: str, rows: Collection[tuple[object, ...]]) -> None:
        if not rows:
            return

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(statement, rows)

        try:
            await self._database.complete(self._database.write(work))
        except StoreError as error:
            _log.warning("the index of recordings could not be saved, and will be made anew: %s", error)
