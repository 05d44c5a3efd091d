from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.access.client import SimulatedClock
from tests.access.opened_accounts import make_audit_log, open_accounts

from ipcamd.access.accounts import Accounts
from ipcamd.access.audit_log import AuditLog
from ipcamd.store.database import Database

PASSWORD = "correct horse"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ipcamd.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with Database(path) as database:
        yield database


@pytest.fixture
def audit_log(database: Database) -> AuditLog:
    return make_audit_log(database)


@pytest.fixture
def accounts(database: Database) -> Accounts:
    """One administrator, ``admin`` with `PASSWORD`."""
    accounts = open_accounts(database)
    accounts.ensure_administrator("admin", PASSWORD)
    return accounts


@pytest.fixture
def watch() -> SimulatedClock:
    return SimulatedClock()
