"""Audit log: logins and changes with account, address and result; durable, bounded, without secrets.

A change is recorded in its own transaction, so no change lacks its record. Other records are written soon after, and
the event loop never waits for them.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ipcamd.access.login_throttle import network
from ipcamd.dataclass import dataclass
from ipcamd.errors import IpcamdError
from ipcamd.settings.audit_entry import AuditEntry
from ipcamd.settings.change_records import Requester
from ipcamd.store.audit_table import AuditFilter, AuditKind, AuditRecord, AuditTable
from ipcamd.store.database import Work
from ipcamd.store.lru_dict import LruDict

TEXT_LENGTH = 500
"""Maximum number of characters of one text."""
REPEATS_S = 60.0
"""Failures of one kind and address within this time become one record, and a second one with their number."""
SESSION_S = 1800.0
"""A login after this time without a request counts as a new one, because HTTP sends the login with each request."""
TRACKED = 4096
"""Maximum number of sessions and sources of failures in memory; the least recently used ones are dropped."""

_ACCOUNT_NAME = re.compile("[A-Za-z0-9._-]{1,32}")


@dataclass(slots=True)
class _Repeats:
    """Repeated failures after a recorded one."""

    last: AuditRecord
    until_s: float
    count: int = 0


class AuditLog:
    """The log. Its methods for notes are for the event loop, and never wait."""

    def __init__(self, table: AuditTable, now_ns: Callable[[], int], now_s: Callable[[], float]) -> None:
        """`now_ns` is the clock of the records, `now_s` returns seconds on a monotonic clock."""
        self._table = table
        self._now_ns = now_ns
        self._now_s = now_s
        self._sessions = LruDict[tuple[str, str], float](TRACKED)
        self._repeats = LruDict[tuple[str, str, str], _Repeats](TRACKED)

    def note_login(self, account: str, address: str) -> None:
        """Record a request with a valid login, if it is the first for a while."""
        key, now_s = (account, address), self._now_s()
        last = self._sessions.get(key)
        self._sessions.put(key, now_s)
        if last is None or now_s - last > SESSION_S:
            self._table.put(self._record(AuditKind.LOGIN, account, address, "login"))

    def note_failed_login(self, user: str, address: str) -> None:
        """Record a failed login. `user` is the name as sent; a text that is no account name may be a password and is
        not stored."""
        account = user if _ACCOUNT_NAME.fullmatch(user) else "(not an account name)"
        self._note_failure(self._record(AuditKind.LOGIN_FAILED, account, address, "login", "wrong name or password"))

    def record_settings(self, entry: AuditEntry) -> Work:
        """Return the transaction part that records a change of settings (see ``Settings.record``)."""
        return self.record_change(entry.by, ", ".join(entry.changes))

    def note_settings(self, entry: AuditEntry) -> None:
        """Record a refused change of settings (see ``Settings.audit``); a successful one is part of its transaction."""
        if entry.failure:
            self.note_refusal(entry.by, ", ".join(entry.changes), entry.failure)

    def record_change(self, by: Requester, what: str) -> Work:
        """Return the transaction part that records the change of the transaction."""
        return self._table.saved(self._record(AuditKind.CHANGE, by.name, by.address, what))

    def note_change(self, by: Requester, what: str) -> None:
        """Record a change without a transaction."""
        self._table.put(self._record(AuditKind.CHANGE, by.name, by.address, what))

    def note_refusal(self, by: Requester, what: str, failure: str) -> None:
        """Record a refused change with its `failure`."""
        self._note_failure(self._record(AuditKind.CHANGE_REFUSED, by.name, by.address, what, failure))

    @contextmanager
    def refusals_noted(self, by: Requester, what: str) -> Iterator[None]:
        """Record the change of this block as refused if the block raises an error of the camera."""
        try:
            yield
        except IpcamdError as error:
            self.note_refusal(by, what, str(error))
            raise

    async def newest(self, most: int, chosen: AuditFilter) -> list[AuditRecord]:
        """Return the newest records, newest first. Raises ``StoreError``."""
        self._sum_up_all()
        return await self._table.newest(most, chosen)

    async def flush(self) -> None:
        """Write the numbers of repeated failures, and wait until all is on disk, if possible."""
        self._sum_up_all()
        await self._table.flush()

    def _record(self, kind: AuditKind, account: str, address: str, what: str, failure: str = "") -> AuditRecord:
        now_ns = self._now_ns()
        return AuditRecord(now_ns, kind, _short(account), _short(address), _short(what), _short(failure))

    def _note_failure(self, record: AuditRecord) -> None:
        change = record.what if record.kind is AuditKind.CHANGE_REFUSED else ""
        key, now_s = (record.kind, network(record.address), change), self._now_s()
        repeats = self._repeats.get(key)
        if repeats and now_s < repeats.until_s:
            repeats.last = record
            repeats.count += 1
            return
        if repeats:
            self._sum_up(repeats)
        if dropped := self._repeats.put(key, _Repeats(record, now_s + REPEATS_S)):
            self._sum_up(dropped)
        self._table.put(record)

    def _sum_up_all(self) -> None:
        for repeats in self._repeats.values():
            self._sum_up(repeats)

    def _sum_up(self, repeats: _Repeats) -> None:
        """Write the last of the repeated failures with their number."""
        if repeats.count > 1:
            others = f" ({repeats.count - 1} more from this address before)"
            self._table.put(replace(repeats.last, what=repeats.last.what + others))
        elif repeats.count:
            self._table.put(repeats.last)
        repeats.count = 0


def _short(text: str) -> str:
    plain = "".join(c if c.isprintable() else "?" for c in text[:TEXT_LENGTH])
    return plain + ("..." if len(text) > TEXT_LENGTH else "")
