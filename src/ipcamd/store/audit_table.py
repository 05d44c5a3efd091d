"""Audit table: records of logins and changes in the database. Bounded for each kind; the oldest records are deleted."""

import sqlite3
from collections.abc import Sequence
from enum import StrEnum
from functools import partial

from ipcamd.dataclass import dataclass
from ipcamd.store.batch_writer import BatchWriter
from ipcamd.store.database import Database, Work

KEPT_PER_KIND = 2500
"""Records kept of each kind, so that failed logins never displace changes."""
SLACK = 100
"""Records above the limit that are tolerated before the oldest are deleted in one batch."""
WAITING = 1000
"""Maximum number of records in memory while the disk cannot be written; above it the oldest are lost."""

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
    """One login or change, or an attempt at one."""

    time_ns: int
    """Time in nanoseconds since the epoch, by the camera's clock."""
    kind: AuditKind
    account: str
    """Account; "" for the camera itself."""
    address: str
    """IP address; "" for the camera itself."""
    what: str
    """The changes, without secrets; for repeated failures, their number."""
    failure: str = ""
    """Reason why the change was refused; "" if it was made."""
    id: int = 0
    """Ascending number in the table; 0 until the record is on the disk."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Conditions that records must meet."""

    account: str = ""
    """Account; "" for all."""
    kind: str = ""
    """Kind; "" for all."""
    since_ns: int = 0
    until_ns: int = 2**62
    """Latest time in nanoseconds since the epoch, inclusive."""
    before: int = 2**62
    """Only records with a smaller number."""

    def chooses(self, record: AuditRecord) -> bool:
        """Return whether a record that is not on the disk yet meets the conditions."""
        is_named = self.account in ("", record.account) and self.kind in ("", record.kind)
        return is_named and self.since_ns <= record.time_ns <= self.until_ns and self.before == 2**62


class AuditTable(BatchWriter[AuditRecord]):
    """Audit table. For the event loop, which never waits for the disk."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "audit log", _save, WAITING)

    def saved(self, record: AuditRecord) -> Work:
        """Return the work that writes a record as part of a transaction."""
        return partial(_save, [record])

    async def newest(self, most: int, chosen: AuditFilter) -> list[AuditRecord]:
        """Return the newest records, newest first, including those not on the disk yet. Raises ``StoreError``."""
        await self.flush()
        waiting = [record for record in self.waiting if chosen.chooses(record)]
        account, kind = chosen.account, chosen.kind
        times = chosen.since_ns, chosen.until_ns
        rows = await self._database.read(_NEWEST, chosen.before, *times, account, account, kind, kind, most)
        return [*waiting, *(AuditRecord(*row) for row in rows)][:most]


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
