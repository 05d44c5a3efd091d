"""Index of the recordings on the card: in memory for requests, in the database for the next start.

The database only saves time: the scan compares it with the card and reads files that do not match.
"""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator

from ipcamd.dataclass import dataclass
from ipcamd.errors import StoreError
from ipcamd.storage.disk import FileEntry
from ipcamd.storage.recording import Recording
from ipcamd.store.database import Database

_log = logging.getLogger(__name__)

_ALL = "SELECT folder, name, size, stamp, began, ended FROM recording"
_PUT = "INSERT OR REPLACE INTO recording VALUES (?, ?, ?, ?, ?, ?)"
_DROP = "DELETE FROM recording WHERE folder = ? AND name = ?"

Key = tuple[str, str]
"""Folder and name of a recording."""


@dataclass(frozen=True, slots=True)
class Page:
    """Page of a list."""

    total: int
    """Number of recordings on all pages."""
    recordings: tuple[Recording, ...]


class RecordingIndex:
    """Index of all recordings. For the event loop. Changes act in memory at once and reach the database soon after."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recordings: dict[Key, Recording] = {}
        self.size_bytes = 0
        """Total size of all recordings."""
        self.revision = 0
        """Number that increases when complete recordings are added or removed."""

    def __len__(self) -> int:
        return len(self._recordings)

    def __iter__(self) -> Iterator[Recording]:
        return iter(self._recordings.values())

    def get(self, folder: str, name: str) -> Recording | None:
        """Return the recording of exactly that name; None if there is none."""
        return self._recordings.get((folder, name))

    async def load(self) -> list[Recording]:
        """Return the recordings in the database."""
        try:
            return [Recording(*row) for row in await self._database.read(_ALL)]
        except StoreError as error:
            _log.warning("the index of recordings cannot be read and will be rebuilt: %s", error)
            return []

    def put(self, *recordings: Recording) -> None:
        """Add or replace recordings in memory only, for recordings in progress."""
        for recording in recordings:
            self.forget(recording.key)
            self._recordings[recording.key] = recording
            self.size_bytes += recording.size_bytes

    def forget(self, key: Key) -> None:
        """Remove a recording from memory only."""
        if known := self._recordings.pop(key, None):
            self.size_bytes -= known.size_bytes

    async def add(self, recordings: Collection[Recording]) -> None:
        """Add or replace complete recordings."""
        self.put(*recordings)
        self.revision += 1
        await self._write(
            _PUT, [(r.folder, r.name, r.size_bytes, r.modified_ns, r.started_ns, r.ended_ns) for r in recordings]
        )

    async def remove(self, keys: Collection[Key]) -> None:
        """Remove recordings."""
        self.revision += 1
        for key in keys:
            self.forget(key)
        await self._write(_DROP, keys)

    def forget_all(self) -> None:
        """Empty the index in memory only, after the card was removed."""
        self.revision += 1
        self._recordings.clear()
        self.size_bytes = 0

    async def clear(self) -> None:
        """Empty the index."""
        self.forget_all()
        await self._write("DELETE FROM recording", [()])

    def match(self, stored: Iterable[Recording], found: Iterable[FileEntry]) -> tuple[list[FileEntry], list[Key]]:
        """Add the recordings that are in the database and unchanged on the card.

        Return the other files on the card, and the keys to delete from the database. Recordings already in memory are
        newer than both and stay.
        """
        there = {key: f for f in found if (key := (f.folder, f.name)) not in self._recordings}
        gone = []
        for recording in stored:
            file = there.get(recording.key)
            if file and (file.size_bytes, file.modified_ns) == (recording.size_bytes, recording.modified_ns):
                self.put(recording)
                del there[recording.key]
            elif recording.key not in self._recordings:
                gone.append(recording.key)
        return list(there.values()), gone

    def oldest(self) -> Recording | None:
        """Return the earliest recording, except those in progress; None if there is none."""
        return min((r for r in self if not r.writing), key=lambda r: r.started_ns, default=None)

    def sorted_page(
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
        """Return `count` recordings, from number `start` on, of those that started in a time range.

        `since` and `until` are nanoseconds since the epoch, inclusive. The order is by name, or by time with `by_time`.
        """
        some = [
            r
            for r in self
            if r.folder == folder
            and (since is None or r.started_ns >= since)
            and (until is None or r.started_ns <= until)
        ]
        some.sort(key=(lambda r: r.started_ns) if by_time else (lambda r: r.name), reverse=descending)
        return Page(len(some), tuple(some[start : None if count is None else start + count]))

    async def _write(self, statement: str, rows: Collection[tuple[object, ...]]) -> None:
        if not rows:
            return

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(statement, rows)

        try:
            await self._database.complete(self._database.write(work))
        except StoreError as error:
            _log.warning("the index of recordings could not be saved and will be rebuilt: %s", error)
