"""Event log: events, schedules, actions, failures. Bounded; the oldest entries are dropped."""

import asyncio
import logging
import sqlite3
from collections import deque
from dataclasses import dataclass
from functools import partial

from ipcamd.errors import StoreError
from ipcamd.store.database import Database, Work

KEPT = 10_000
"""Entries that are kept."""
SLACK = 500
"""Entries beyond that before the oldest are dropped, all at once."""
WAITING = 1000
"""Entries that may wait for a disk that cannot be written; beyond, the oldest of them are lost."""

_NEWEST = "SELECT moment, what, schedule, done, failed FROM event_log ORDER BY id DESC LIMIT ?"

_log = logging.getLogger(__name__)


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
        self._waiting: deque[EventLogEntry] = deque(maxlen=WAITING)
        self._writing: asyncio.Task[None] | None = None
        self._count = int(database.rows("SELECT count(*) FROM event_log")[0][0])

    def note(self, entry: EventLogEntry) -> None:
        """Write an entry soon; entries that come together share one transaction."""
        self._waiting.append(entry)
        self._begin()

    @staticmethod
    def begin_with(entry: EventLogEntry) -> Work:
        """Return the work that writes the first entry of an empty log, in a transaction of others."""
        return partial(_save, [entry], 0)

    async def newest(self, most: int) -> list[EventLogEntry]:
        """Return the newest entries, newest first; those that wait for the disk among them."""
        await self.flush()
        waiting = list(reversed(self._waiting))
        return [*waiting, *(EventLogEntry(*row) for row in await self._database.read(_NEWEST, most))][:most]

    async def flush(self) -> None:
        """Wait until everything is on the disk, or could not be written and goes on waiting for it."""
        self._begin()
        if self._writing:
            await self._writing

    def _begin(self) -> None:
        if self._waiting and (self._writing is None or self._writing.done()):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
            surplus = self._count + len(batch) - KEPT
            try:
                await self._database.write(partial(_save, batch, surplus))
            except StoreError as error:  # a full disk is when the log is wanted most: tried again with the next entry
                self._waiting = deque([*batch, *self._waiting], WAITING)
                _log.warning("%d entries of the event log wait for the disk: %s", len(self._waiting), error)
                return
            self._count += len(batch) - (surplus if surplus > SLACK else 0)


def _save(batch: list[EventLogEntry], surplus: int, connection: sqlite3.Connection) -> None:
    rows = [(e.moment, e.what, e.schedule, e.done, e.failed) for e in batch]
    connection.executemany("INSERT INTO event_log (moment, what, schedule, done, failed) VALUES (?, ?, ?, ?, ?)", rows)
    if surplus > SLACK:
        connection.execute(
            "DELETE FROM event_log WHERE id IN (SELECT id FROM event_log ORDER BY id LIMIT ?)", (surplus,)
        )
