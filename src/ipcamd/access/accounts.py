"""Accounts (SDK 1.2): name, rank, password."""

import asyncio
import logging
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import IntEnum

from ipcamd.access.audit_log import AuditLog
from ipcamd.access.passwords import ALLOWED, check_option, check_password, generate, is_allowed, is_weak
from ipcamd.dataclass import dataclass
from ipcamd.errors import ConfigError, RequestFailed, shown
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import CAMERA, Requester
from ipcamd.settings.secret_mask import HIDDEN
from ipcamd.store.database import Database, TransactionPart, Work

MAX_ACCOUNTS = 21
"""Maximum number of accounts: 20, and the administrator created at the first start."""

NAME_LIMIT = 32
"""Maximum number of characters of a name."""
NAMES = f"1 to {NAME_LIMIT} of letters, digits, '.', '_' and '-'"
"""Rule for user names, as text."""

_NAME = f"[A-Za-z0-9._-]{{1,{NAME_LIMIT}}}"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Name and rank of a user."""

    name: str
    rank: Rank


ANONYMOUS = Account("", Rank.GUEST)
"""Account of requests without a login."""


class PasswordOrigin(IntEnum):
    """Origin of a password."""

    GENERATED = 0
    """Generated at random and not printed yet, so it is unknown."""
    CHOSEN = 1
    """Set by a user through the camera."""
    FACTORY = 2
    """Printed at the first start, or given as an option; an option of a later start replaces it."""


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """Account as it is stored.

    Each change creates a new object: a login with an old one is no longer valid.
    """

    account: Account
    encrypted_password: bytes
    """Encrypted, not hashed: when the login realm changes, H(A1) is computed again (RFC 7616, 3.4.2)."""
    origin: PasswordOrigin


StoredAccounts = dict[str, StoredAccount]
"""Accounts by name, in the order added; immutable."""


@dataclass(frozen=True, slots=True)
class AccountEdit:
    """One change of the accounts, for `Accounts.change`."""

    name: str
    """The account."""
    what: str
    """Text for the audit log."""
    apply: Callable[[StoredAccounts], StoredAccounts]
    """Returns the accounts after the change. Raises ``RequestFailed``."""

    def __str__(self) -> str:
        return f"account {self.name}: {self.what}"


class Accounts:
    """All accounts, in memory; a change is durable before it is visible. Rules: SDK 1.2."""

    def __init__(self, database: Database, audit_log: AuditLog, allow_weak: bool = False) -> None:
        """Load the accounts. `allow_weak` accepts weak passwords. Raises `StoreError`."""
        self._database = database
        self._audit_log = audit_log
        self._allow_weak = allow_weak
        self._lock = asyncio.Lock()
        self._is_password_given = False
        self._watchers: list[Callable[[], None]] = []
        rows = database.rows("SELECT name, rank, encrypted_password, password_origin FROM account ORDER BY rowid")
        self._entries = {name: _load(name, *rest) for name, *rest in rows}

    def entry(self, name: str) -> StoredAccount | None:
        """Return the stored account, the same object until it changes; None if it does not exist."""
        return self._entries.get(name)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after each change, in the event loop."""
        self._watchers.append(watcher)

    def is_valid(self, account: Account) -> bool:
        """Whether the login that returned this `Account` object is still valid: False after a change of the account."""
        entry = self._entries.get(account.name)
        return entry is not None and entry.account is account

    @property
    def entries(self) -> StoredAccounts:
        """All accounts; a new object after each change."""
        return self._entries

    def names(self, rank: Rank) -> list[str]:
        """Return the names of all accounts of this rank, in the order added."""
        return [entry.account.name for entry in self._entries.values() if entry.account.rank is rank]

    def password(self, entry: StoredAccount) -> str | None:
        """Return an account's password; None if its encryption key is lost."""
        return self._database.secret_box.decrypt(entry.encrypted_password, _secret_context(entry.account.name))

    def has_printed_password(self, name: str) -> bool:
        """Whether an account still has the password printed at the first start."""
        entry = self._entries.get(name)
        return entry is not None and entry.origin is PasswordOrigin.FACTORY and not self._is_password_given

    def ensure_administrator(self, user: str, password: str | None = None, allow_weak: bool = False) -> str | None:
        """Ensure that there is an administrator with a known password; durable on return.

        If there is none, create `user` with `password`, or with a generated one, which is returned to be printed; call
        `mark_password_printed` after that. A start that is killed before that is repeated as a first start. At later
        starts `password` replaces the factory password of `user`; a password set through the camera remains.
        `allow_weak`: only the camera's own host can reach it. Raises `ConfigError` for an invalid name or password, and
        `StoreError`.
        """
        if not re.fullmatch(_NAME, user):
            raise ConfigError(f"the administrator's name must be {NAMES}: choose another --admin-user")
        self._is_password_given = password is not None
        if password is not None:
            check_option(password, user, allow_weak or self._allow_weak)
            if is_weak(password, user):
                _log.warning("the administrator's password is easy to guess")
        if not self._database.key_lost and self._has_known_administrator():
            self._apply_password_option(user, password)
            return None
        if self._database.key_lost and self._entries:
            _log.error("the encryption key of the passwords is lost: the old passwords are no longer valid")
        chosen = password or generate()
        entries = {
            n: entry for n, entry in self._entries.items() if entry.origin is not PasswordOrigin.GENERATED and n != user
        }
        entries[user] = self._make(user, chosen, Rank.ADMIN, _origin(password))
        record = self._audit_log.record_change(CAMERA, f"account {user}: the first administrator")
        self._database.write_now(self._database.adopt_key, _save_all(entries), record)
        self._entries = entries
        return None if password is not None else chosen

    def mark_password_printed(self) -> None:
        """Record that the password of `ensure_administrator` has been printed. Raises `StoreError`."""
        drawn = {name: entry for name, entry in self._entries.items() if entry.origin is PasswordOrigin.GENERATED}
        entries = self._entries | {name: replace(entry, origin=PasswordOrigin.FACTORY) for name, entry in drawn.items()}
        self._database.write_now(_save_all(entries))
        self._entries = entries

    def reset(self, user: str, password: str | None = None) -> TransactionPart:
        """Return the step of a factory default that leaves one administrator.

        Without `password` the new password is unknown: the next start replaces and prints it (`ensure_administrator`).
        """
        entries = {user: self._make(user, password or generate(), Rank.ADMIN, _origin(password))}
        return TransactionPart(_save_all(entries), lambda: self._publish(entries), self._lock)

    def remove_others(self, name: str) -> TransactionPart:
        """Return the step that removes all other accounts and keeps this one with its password.

        It raises `RequestFailed` if the account does not exist.
        """

        def left() -> StoredAccounts:
            return {name: _require(self._entries, name)}

        def save(connection: sqlite3.Connection) -> None:
            _save_all(left())(connection)

        return TransactionPart(save, lambda: self._publish(left()), self._lock)

    def replace_all(self, wanted: Mapping[str, tuple[str, Rank]]) -> TransactionPart:
        """Return the step of a restore: replaces all accounts by these, each with password and rank.

        Logins of unchanged accounts remain valid. Raises `RequestFailed` for an invalid account.
        """
        if not 0 < len(wanted) <= MAX_ACCOUNTS or Rank.ADMIN not in {rank for _, rank in wanted.values()}:
            raise RequestFailed(f"accounts: 1 to {MAX_ACCOUNTS} are required, including an administrator")
        for name, (password, _) in wanted.items():
            if not re.fullmatch(_NAME, name):
                raise RequestFailed(f"user={shown(name)}: allowed are {NAMES}")
            if not is_allowed(password):
                raise RequestFailed(f"user={name}: the password must be {ALLOWED}")
        entries = {name: self._kept(name, *login) or self._make(name, *login) for name, login in wanted.items()}
        return TransactionPart(_save_all(entries), lambda: self._publish(entries), self._lock)

    def _kept(self, name: str, password: str, rank: Rank) -> StoredAccount | None:
        """Return the present account if it is equal."""
        entry = self._entries.get(name)
        is_same = entry is not None and entry.account.rank is rank and self.password(entry) == password
        return entry if is_same else None

    async def add(self, name: str, password: str, rank: Rank, by: Requester = CAMERA) -> None:
        """Create an account. Raises the errors of `change`."""
        await self.change([self.adding(name, password, rank)], by)

    async def update(
        self, name: str, password: str | None = None, rank: Rank | None = None, by: Requester = CAMERA
    ) -> None:
        """Change an account, see `updating`. Raises the errors of `change`."""
        await self.change([self.updating(name, password, rank)], by)

    async def remove(self, name: str, by: Requester) -> None:
        """Remove an account. Raises the errors of `change`."""
        await self.change([self.removing(name, by)], by)

    def adding(self, name: str, password: str, rank: Rank) -> AccountEdit:
        """Return the edit that creates an account."""

        def add(entries: StoredAccounts) -> StoredAccounts:
            if name in entries:
                raise RequestFailed(f"user={name}: the account already exists; action=update changes it")
            if len(entries) >= MAX_ACCOUNTS:
                raise RequestFailed(f"user={name}: there are {MAX_ACCOUNTS} accounts already; action=remove makes room")
            check_password(password, name, self._allow_weak)
            return entries | {name: self._make(name, password, rank)}

        return AccountEdit(name, f"added, {_group(rank)}", add)

    def updating(self, name: str, password: str | None = None, rank: Rank | None = None) -> AccountEdit:
        """Return the edit that changes password, rank or both; None, and the password ``********``, mean no change."""

        def update(entries: StoredAccounts) -> StoredAccounts:
            old = _require(entries, name)
            new = replace(old, account=Account(name, rank or old.account.rank))
            if password is not None and password != HIDDEN:
                check_password(password, name, self._allow_weak)
                new = self._make(name, password, new.account.rank)
            return entries | {name: new}

        changes = ("password",) * (password is not None) + ((_group(rank),) if rank else ())
        return AccountEdit(name, ", ".join(changes), update)

    def removing(self, name: str, by: Requester) -> AccountEdit:
        """Return the edit that removes an account other than the requester's."""

        def remove(entries: StoredAccounts) -> StoredAccounts:
            _require(entries, name)
            if name == by.name:
                raise RequestFailed(
                    f"user={name}: this is the account that you are using; another administrator can remove it"
                )
            return {other: entry for other, entry in entries.items() if other != name}

        return AccountEdit(name, "removed", remove)

    async def change(self, edits: Sequence[AccountEdit], by: Requester = CAMERA) -> None:
        """Make all `edits` in order, or none; durable on return.

        Raises `RequestFailed` and `StoreError`; then nothing has changed.
        """
        for edit in edits:
            if not re.fullmatch(_NAME, edit.name):
                raise RequestFailed(f"user={shown(edit.name)}: allowed are {NAMES}")
        what = "; ".join(map(str, edits))
        with self._audit_log.refusals_noted(by, what):
            await self._database.complete(self._commit(edits, by, what))

    async def _commit(self, edits: Sequence[AccountEdit], by: Requester, what: str) -> None:
        async with self._lock:
            entries = self._entries
            for edit in edits:
                entries = edit.apply(entries)
            if not any(entry.account.rank is Rank.ADMIN for entry in entries.values()):
                raise RequestFailed(f"user={edits[-1].name}: this is the only administrator left")
            await self._database.write(_save_all(entries), self._audit_log.record_change(by, what))
            self._publish(entries)

    def _has_known_administrator(self) -> bool:
        administrators = (entry for entry in self._entries.values() if entry.account.rank is Rank.ADMIN)
        return any(entry.origin is not PasswordOrigin.GENERATED for entry in administrators)

    def _apply_password_option(self, user: str, password: str | None) -> None:
        """Replace the factory password by that of the option, as all options do."""
        entry = self._entries.get(user)
        if password is None or entry is None:
            return
        if entry.origin is PasswordOrigin.CHOSEN:
            _log.info("the password of %s was changed on the camera and is kept; the option is ignored", user)
            return
        if self.password(entry) != password:
            entries = self._entries | {user: self._make(user, password, entry.account.rank, PasswordOrigin.FACTORY)}
            record = self._audit_log.record_change(CAMERA, f"account {user}: password, by the option")
            self._database.write_now(_save_all(entries), record)
            self._entries = entries

    def _make(
        self, name: str, password: str, rank: Rank, origin: PasswordOrigin = PasswordOrigin.CHOSEN
    ) -> StoredAccount:
        return StoredAccount(
            Account(name, rank), self._database.secret_box.encrypt(password, _secret_context(name)), origin
        )

    def _publish(self, entries: StoredAccounts) -> None:
        self._entries = entries
        for watcher in self._watchers:
            watcher()


def _load(name: str, rank: int, encrypted_password: bytes, origin: int) -> StoredAccount:
    known = rank in set(Rank)
    if not known:
        _log.error("the rank of the account %s is unknown: it has the lowest one", name)
    return StoredAccount(
        Account(name, Rank(rank) if known else Rank.GUEST),
        encrypted_password,
        PasswordOrigin(origin) if origin in set(PasswordOrigin) else PasswordOrigin.CHOSEN,
    )


def _require(entries: StoredAccounts, name: str) -> StoredAccount:
    entry = entries.get(name)
    if entry is None:
        raise RequestFailed(f"user={name}: there is no such account")
    return entry


def _group(rank: Rank) -> str:
    """Return a rank in the form of the audit log."""
    return f"group {rank.name.lower()}"


def _secret_context(name: str) -> str:
    return f"account {name}"


def _origin(password: str | None) -> PasswordOrigin:
    return PasswordOrigin.GENERATED if password is None else PasswordOrigin.FACTORY


def _save_all(entries: StoredAccounts) -> Work:
    """Return a transaction that replaces all stored accounts."""
    rows = [(e.account.name, int(e.account.rank), e.encrypted_password, int(e.origin)) for e in entries.values()]

    def save(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM account")
        connection.executemany(
            "INSERT INTO account (name, rank, encrypted_password, password_origin) VALUES (?, ?, ?, ?)", rows
        )

    return save
