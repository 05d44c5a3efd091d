"""Accounts and logins of a database, with an audit log of their own."""

import time
from collections.abc import Callable

from ipcamd.access.accounts import Accounts
from ipcamd.access.audit_log import AuditLog
from ipcamd.access.authenticator import Authenticator
from ipcamd.access.username_token import TokenNonces
from ipcamd.store.audit_table import AuditTable
from ipcamd.store.database import Database


def make_audit_log(database: Database) -> AuditLog:
    """Return the audit log of a database."""
    return AuditLog(AuditTable(database), time.time_ns, time.monotonic)


def open_accounts(database: Database, allow_weak: bool = False) -> Accounts:
    """Return the accounts of a database."""
    return Accounts(database, make_audit_log(database), allow_weak)


def make_authenticator(
    accounts: Accounts, audit_log: AuditLog, realm: Callable[[], str], now_s: Callable[[], float] = time.monotonic
) -> Authenticator:
    """Return the logins of some accounts; tokens are valid for a minute."""
    return Authenticator(accounts, audit_log, TokenNonces(now_s, lambda: 60.0), realm, now_s)
