import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ipcamd.errors import ConfigError
from ipcamd.store.database import Database
from ipcamd.store.schema import MIGRATIONS, migrate

OLD = (("CREATE TABLE pet (name TEXT)", "INSERT INTO pet VALUES ('Rex')"),)
NEW = (*OLD, ("ALTER TABLE pet ADD COLUMN legs INTEGER NOT NULL DEFAULT 4",))


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_only_the_missing_steps_are_taken(connection: sqlite3.Connection) -> None:
    migrate(connection, OLD)
    assert version(connection) == 1
    for _ in range(2):
        migrate(connection, NEW)
        assert version(connection) == 2
        assert connection.execute("SELECT * FROM pet").fetchall() == [("Rex", 4)]


def test_a_step_that_fails_leaves_the_old_version_whole(connection: sqlite3.Connection) -> None:
    migrate(connection, OLD)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (*NEW, ("DROP TABLE pet", "nonsense")))
    assert version(connection) == 1
    assert connection.execute("SELECT * FROM pet").fetchall() == [("Rex",)]


def test_a_newer_database_is_unchanged(path: Path) -> None:
    Database(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(ConfigError, match="newer ipcamd"):
        Database(path)
    assert not list(path.parent.glob("*.damaged*"))
