"""Event log: events, schedules, actions, failures. Bounded; the oldest entries are dropped."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ipcamd.store.batch_writer import BatchWriter
from ipcamd.store.database import Database, Work

KEPT = 10_000
"""Entries that are kept."""
SLACK = 500
"""Entries beyond that before the oldest are dropped, all at once."""
WAITING = 1000
"""Entries that may wait for a disk that cannot be written; beyond, the oldest of them are lost."""

_NEWEST = "SELECT moment, what, schedule, done, failed FROM event_log ORDER BY id DESC LIMIT ?"
_ENDS = "SELECT (SELECT min(id) FROM event_log), (SELECT max(id) FROM event_log)"


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """One line of the log."""

    moment: int
    """Nanoseconds since the epoch, UTC."""
    what: str
    """``motion``, ``di1 high``, ``sdcard full`` ..."""
    schedule: str = ""
    """Name of the schedule that it concerns."""
    done: str = ""
    """Actions taken: ``clip ipcamd-....avi``, ``output high 10 s``."""
    failed: str = ""
    """Actions that failed, and why."""


class EventLog:
    """The newest entries, in the database. Writing is for the event loop, and never waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = BatchWriter(database, "event log", _save, WAITING)

    def note(self, entry: EventLogEntry) -> None:
        """Write an entry soon; entries that come together share one transaction."""
        self._writer.put(entry)

    @staticmethod
    def begin_with(entry: EventLogEntry) -> Work:
        """Return the work that writes the first entry of an empty log, in a transaction of others."""
        return partial(_save, [entry])

    async def newest(self, most: int) -> list[EventLogEntry]:
        """Return the newest entries, newest first; those that wait for the disk among them."""
        await self.flush()
        waiting = self._writer.waiting
        return [*waiting, *(EventLogEntry(*row) for row in await self._database.read(_NEWEST, most))][:most]

    async def flush(self) -> None:
        """Wait until everything is on the disk, or could not be written and goes on waiting for it."""
        await self._writer.flush()


def _save(batch: Sequence[EventLogEntry], connection: sqlite3.Connection) -> None:
    rows = [(e.moment, e.what, e.schedule, e.done, e.failed) for e in batch]
    connection.executemany("INSERT INTO event_log (moment, what, schedule, done, failed) VALUES (?, ?, ?, ?, ?)", rows)
    (oldest, newest) = connection.execute(_ENDS).fetchone()
    if newest - oldest >= KEPT + SLACK:  # entries have consecutive numbers
        connection.execute("DELETE FROM event_log WHERE id <= ?", (newest - KEPT,))
