"""Audit table: the records of logins and changes in the database. Bounded; the oldest of each kind are dropped."""

import sqlite3
from collections.abc import Sequence
from enum import StrEnum
from functools import partial

from ipcamd.dataclass import dataclass
from ipcamd.store.batch_writer import BatchWriter
from ipcamd.store.database import Database, Work

KEPT_PER_KIND = 2500
"""Records of each kind that are kept: failed logins never push out changes."""
SLACK = 100
"""Records beyond that before the oldest are dropped, all at once."""
WAITING = 1000
"""Records that may wait for a disk that cannot be written; beyond, the oldest of them are lost."""

_COLUMNS = "time_ns, kind, account, address, what, failure"
_NEWEST = (
    f"SELECT {_COLUMNS}, id FROM audit_log WHERE id < ? AND time_ns BETWEEN ? AND ?"
    " AND (? = '' OR account = ?) AND (? = '' OR kind = ?) ORDER BY id DESC LIMIT ?"
)


class AuditKind(StrEnum):
    """Kind of a record."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    CHANGE = "change"
    CHANGE_REFUSED = "change_refused"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One login or change, or an attempt."""

    time_ns: int
    """Nanoseconds since the epoch, by the camera's clock."""
    kind: AuditKind
    account: str
    """"" for the camera itself."""
    address: str
    """IP address; "" for the camera itself."""
    what: str
    """The changes, without secrets; of repeated failures their number."""
    failure: str = ""
    """Why a change was refused."""
    id: int = 0
    """Number in the table, ascending; 0 while it waits for the disk."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Choice of records."""

    account: str = ""
    """"" for all."""
    kind: str = ""
    """"" for all."""
    since_ns: int = 0
    until_ns: int = 2**62
    """The last nanosecond."""
    before: int = 2**62
    """Only records with a smaller number."""

    def chooses(self, record: AuditRecord) -> bool:
        """Whether a record, which is not on the disk yet, is one of them."""
        is_named = self.account in ("", record.account) and self.kind in ("", record.kind)
        return is_named and self.since_ns <= record.time_ns <= self.until_ns and self.before == 2**62


class AuditTable:
    """The table. For the event loop, which never waits for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = BatchWriter(database, "audit log", _save, WAITING)

    def put(self, record: AuditRecord) -> None:
        """Write a record soon."""
        self._writer.put(record)

    def saved(self, record: AuditRecord) -> Work:
        """Return the work that writes a record as part of a transaction."""
        return partial(_save, [record])

    async def newest(self, most: int, chosen: AuditFilter) -> list[AuditRecord]:
        """Return the newest records, newest first; those that wait for the disk among them. Raises ``StoreError``."""
        await self._writer.flush()
        waiting = [record for record in self._writer.waiting if chosen.chooses(record)]
        account, kind = chosen.account, chosen.kind
        times = chosen.since_ns, chosen.until_ns
        rows = await self._database.read(_NEWEST, chosen.before, *times, account, account, kind, kind, most)
        return [*waiting, *(AuditRecord(*row) for row in rows)][:most]

    async def flush(self) -> None:
        """Wait until everything is on the disk, or could not be written and goes on waiting for it."""
        await self._writer.flush()


def _save(records: Sequence[AuditRecord], connection: sqlite3.Connection) -> None:
    rows = [(r.time_ns, r.kind, r.account, r.address, r.what, r.failure) for r in records]
    connection.executemany(f"INSERT INTO audit_log ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", rows)
    for kind in {record.kind for record in records}:
        (count,) = connection.execute("SELECT count(*) FROM audit_log WHERE kind = ?", (kind,)).fetchone()
        if count > KEPT_PER_KIND + SLACK:
            connection.execute(
                "DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE kind = ? ORDER BY id LIMIT ?)",
                (kind, count - KEPT_PER_KIND),
            )
