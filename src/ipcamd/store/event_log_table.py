"""Event log: events from start to end, and entries about actions and failures. Bounded; the oldest are deleted."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from ipcamd.dataclass import dataclass
from ipcamd.store.batch_writer import BatchWriter
from ipcamd.store.database import Database, Work

MAX_ENTRIES = 10_000
"""Maximum number of entries, and of events."""
SLACK = 500
"""Entries above the limit that are tolerated before the oldest are deleted in one batch."""
MAX_WAITING = 1000
"""Maximum number of records in memory while the disk cannot be written; above it the oldest are lost."""

_NEWEST = "SELECT moment, what, schedule, done, failed FROM event_log ORDER BY id DESC LIMIT ?"
_OPEN = "SELECT label, started_ns, seen_ns, 1 FROM event WHERE ended_ns IS NULL"
_INSERT = "INSERT INTO event_log (moment, what, schedule, done, failed, clip, event) VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_EVENT = (
    "INSERT INTO event (label, started_ns, seen_ns, ended_ns) VALUES (?, ?, ?, ?) ON CONFLICT (label, started_ns)"
    " DO UPDATE SET seen_ns = max(seen_ns, excluded.seen_ns), ended_ns = excluded.ended_ns"
)
_FIND_EVENT = (
    "SELECT id FROM event WHERE label = ? AND started_ns <= ? AND seen_ns >= ? ORDER BY started_ns DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """One entry of the log."""

    moment: int
    """Time in nanoseconds since the epoch, UTC."""
    what: str
    """``motion``, ``di1 high``, ``sdcard full`` ..."""
    schedule: str = ""
    """Name of the schedule concerned; "" if there is none."""
    done: str = ""
    """Actions taken: ``clip ipcamd-....avi``, ``output high 10 s``."""
    failed: str = ""
    """Actions that failed, with reasons."""
    clip: str = ""
    """Name of the file that was written to the SD card."""
    event: tuple[str, int] | None = None
    """Label of the event that the entry belongs to, and a time within it; None: `what` and `moment`."""


@dataclass(frozen=True, slots=True)
class EventSpan:
    """Event from its start to its end."""

    label: str
    """``motion 1``, ``di1 high``, ``time``."""
    started_ns: int
    seen_ns: int
    """Last time at which the event was known to continue."""
    has_ended: bool = False


class EventLog:
    """The newest events and entries, stored in the database. Writing is for the event loop and never waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = BatchWriter[EventLogEntry | EventSpan](database, "event log", _save, MAX_WAITING)
        self._watchers: list[Callable[[], None]] = []
        self.revision = 0
        """Number that increases with each record."""

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after each record."""
        self._watchers.append(watcher)

    def note(self, record: EventLogEntry | EventSpan) -> None:
        """Queue an entry, or the start, continuation or end of an event; those that arrive together share a
        transaction."""
        self._writer.put(record)
        self.revision += 1
        for watcher in self._watchers:
            watcher()

    def end_all(self) -> None:
        """End the events that were in progress when the camera was killed. Raises ``StoreError``."""
        for row in self._database.rows(_OPEN):
            self.note(EventSpan(*row))

    @staticmethod
    def begin_with(entry: EventLogEntry) -> Work:
        """Return the work that writes the first entry of an empty log, within another transaction."""
        return partial(_save, [entry])

    async def newest(self, most: int) -> list[EventLogEntry]:
        """Return the newest entries, newest first, including those not on the disk yet."""
        await self.flush()
        waiting = [record for record in self._writer.waiting if isinstance(record, EventLogEntry)]
        return [*waiting, *(EventLogEntry(*row) for row in await self._database.read(_NEWEST, most))][:most]

    @property
    def waiting(self) -> int:
        """Entries that are not on the disk yet."""
        return sum(isinstance(record, EventLogEntry) for record in self._writer.waiting)

    async def flush(self) -> None:
        """Wait until all records are on the disk, or could not be written and stay queued."""
        await self._writer.flush()


def _save(batch: Sequence[EventLogEntry | EventSpan], connection: sqlite3.Connection) -> None:
    for record in batch:
        if isinstance(record, EventSpan):
            _put_event(connection, record)
        else:
            row = (record.moment, record.what, record.schedule, record.done, record.failed, record.clip)
            connection.execute(_INSERT, (*row, _event_of(connection, record)))
    for table in ("event_log", "event"):
        _drop_oldest(connection, table)


def _put_event(connection: sqlite3.Connection, span: EventSpan) -> None:
    ended_ns = span.seen_ns if span.has_ended else None
    connection.execute(_PUT_EVENT, (span.label, span.started_ns, span.seen_ns, ended_ns))


def _event_of(connection: sqlite3.Connection, entry: EventLogEntry) -> int:
    """Return the number of the event that an entry belongs to; an entry without one gets a new event."""
    label, time_ns = entry.event or (entry.what, entry.moment)
    found = connection.execute(_FIND_EVENT, (label, time_ns, time_ns)).fetchone()
    if found is None:
        _put_event(connection, EventSpan(entry.what, entry.moment, entry.moment, has_ended=True))
        found = connection.execute(_FIND_EVENT, (entry.what, entry.moment, entry.moment)).fetchone()
    number: int = found[0]
    return number


def _drop_oldest(connection: sqlite3.Connection, table: str) -> None:
    ends = f"SELECT (SELECT min(id) FROM {table}), (SELECT max(id) FROM {table})"
    oldest, newest = connection.execute(ends).fetchone()
    if newest is not None and newest - oldest >= MAX_ENTRIES + SLACK:  # rows have consecutive numbers
        connection.execute(f"DELETE FROM {table} WHERE id <= ?", (newest - MAX_ENTRIES,))
