"""Event log: events from start to end, and entries about what was done and what failed. Bounded; the oldest go."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from ipcamd.dataclass import dataclass
from ipcamd.store.batch_writer import BatchWriter
from ipcamd.store.database import Database, Work

KEPT = 10_000
"""Entries that are kept, and events."""
SLACK = 500
"""Entries beyond that before the oldest are dropped, all at once."""
WAITING = 1000
"""Records that may wait for a disk that cannot be written; beyond, the oldest of them are lost."""

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
    clip: str = ""
    """Name of the file on the SD card that it made."""
    event: tuple[str, int] | None = None
    """Label and a time of the event that it belongs to; None: `what` and `moment`."""


@dataclass(frozen=True, slots=True)
class EventSpan:
    """An event, from its start to its end."""

    label: str
    """``motion 1``, ``di1 high``, ``time``."""
    started_ns: int
    seen_ns: int
    """When it was last known to go on."""
    has_ended: bool = False


class EventLog:
    """The newest events and entries, in the database. Writing is for the event loop, and never waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = BatchWriter[EventLogEntry | EventSpan](database, "event log", _save, WAITING)
        self._watchers: list[Callable[[], None]] = []
        self.revision = 0
        """A number that grows with everything that is noted."""

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after everything that is noted."""
        self._watchers.append(watcher)

    def note(self, entry: EventLogEntry) -> None:
        """Write an entry soon; entries that come together share one transaction."""
        self._put(entry)

    def note_span(self, span: EventSpan) -> None:
        """Write soon that an event has begun, goes on, or has ended."""
        self._put(span)

    def end_all(self) -> None:
        """End the events that went on when the camera was killed. Raises ``StoreError``."""
        for row in self._database.rows(_OPEN):
            self.note_span(EventSpan(*row))

    @staticmethod
    def begin_with(entry: EventLogEntry) -> Work:
        """Return the work that writes the first entry of an empty log, in a transaction of others."""
        return partial(_save, [entry])

    async def newest(self, most: int) -> list[EventLogEntry]:
        """Return the newest entries, newest first; those that wait for the disk among them."""
        await self.flush()
        waiting = [record for record in self._writer.waiting if isinstance(record, EventLogEntry)]
        return [*waiting, *(EventLogEntry(*row) for row in await self._database.read(_NEWEST, most))][:most]

    @property
    def waiting(self) -> int:
        """Entries that wait for the disk."""
        return sum(isinstance(record, EventLogEntry) for record in self._writer.waiting)

    async def flush(self) -> None:
        """Wait until everything is on the disk, or could not be written and goes on waiting for it."""
        await self._writer.flush()

    def _put(self, record: EventLogEntry | EventSpan) -> None:
        self._writer.put(record)
        self.revision += 1
        for watcher in self._watchers:
            watcher()


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
    """Return the number of the event that an entry belongs to; what belongs to none becomes one of its own."""
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
    if newest is not None and newest - oldest >= KEPT + SLACK:  # rows have consecutive numbers
        connection.execute(f"DELETE FROM {table} WHERE id <= ?", (newest - KEPT,))
