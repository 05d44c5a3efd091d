import asyncio
import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.camera import eventually
from tests.workers.threads import no_threads_left

from ipcamd.errors import StoreError
from ipcamd.store import database as module
from ipcamd.store.database import Database, Work
from ipcamd.store.recovery import backup_of


def put(name: str, value: str) -> Work:
    return lambda connection: connection.execute("INSERT INTO key_value VALUES (?, ?)", (name, value))


def key_values(database: Database) -> dict[str, str]:
    return dict(database.rows("SELECT name, value FROM key_value WHERE name NOT LIKE 'seal%'"))


@contextmanager
def no_room(path: Path) -> Iterator[None]:
    """Let no file grow beyond the size that the database's log has now: to SQLite a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name(path.name + "-wal").stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_written_values_survive_a_restart(path: Path) -> None:
    with Database(path) as database:
        await database.write(put("a", "1"), put("b", "2"))
        database.write_now(put("c", "3"))
    with Database(path) as database:
        assert key_values(database) == {"a": "1", "b": "2", "c": "3"}


def test_every_commit_waits_for_the_disk(database: Database) -> None:
    assert database.rows("PRAGMA synchronous") == [(2,)]  # FULL
    assert database.rows("PRAGMA journal_mode") == [("wal",)]


async def test_work_that_fails_halfway_changes_nothing(database: Database) -> None:
    with pytest.raises(StoreError, match="UNIQUE"):
        await database.write(put("a", "1"), put("b", "1"), put("a", "2"))
    with pytest.raises(ZeroDivisionError):
        await database.write(put("c", "1"), lambda _: 1 / 0)
    assert key_values(database) == {}
    await database.write(put("a", "1"))
    assert key_values(database) == {"a": "1"}


async def test_a_full_disk_is_reported_changes_nothing_and_recovers(path: Path) -> None:
    with Database(path) as database:
        await database.write(put("before", "1"))
        with no_room(path):
            for attempt in range(3):
                with pytest.raises(StoreError, match="could not be saved"):
                    await database.write(put(f"during {attempt}", "x" * 10_000))
            assert key_values(database) == {"before": "1"}
        await database.write(put("after", "1"))
    with Database(path) as database:
        assert key_values(database) == {"before": "1", "after": "1"}


async def test_without_threads_an_update_fails_changes_nothing_and_the_next_one_works(path: Path) -> None:
    with Database(path) as database:
        with no_threads_left(), pytest.raises(StoreError, match="no more threads"):
            await database.write(put("during", "1"))
        await asyncio.wait_for(database.write(put("after", "1")), 30)
        assert key_values(database) == {"after": "1"}


async def test_writes_come_one_after_the_other(database: Database) -> None:
    def count(connection: sqlite3.Connection) -> None:
        ((value,),) = connection.execute("SELECT count(*) FROM key_value WHERE name LIKE 'n%'").fetchall()
        connection.execute("INSERT INTO key_value VALUES (?, '')", (f"n{value}",))

    await asyncio.gather(*(database.write(count) for _ in range(20)))
    assert len(key_values(database)) == 20


async def test_an_action_is_completed_although_its_client_left(database: Database) -> None:
    ends: list[str] = []

    async def action() -> None:
        await database.write(put("a", "1"))
        ends.append("memory")

    waiting = asyncio.create_task(database.complete(action()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await database.write(put("b", "1"))
    assert ends == ["memory"]
    assert key_values(database) == {"a": "1", "b": "1"}


async def test_an_action_that_fails_unheard_does_not_complain(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def action() -> None:
        await database.write(lambda _: 1 / 0)

    waiting = asyncio.create_task(database.complete(action()))
    await asyncio.sleep(0)
    waiting.cancel()
    await database.write(put("a", "1"))
    await asyncio.sleep(0)
    assert caplog.text == ""


async def test_after_the_end_nothing_is_written(path: Path) -> None:
    database = Database(path)
    database.close()
    with pytest.raises(StoreError, match="stopping"):
        await database.write(put("a", "1"))
    with pytest.raises(StoreError, match="stopping"):
        database.rows("SELECT 1")


async def test_a_backup_follows_a_change(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKUP_DELAY_S", 0.0)
    with Database(path) as database:
        assert not backup_of(path).exists()
        await database.write(put("a", "1"))
        await asyncio.to_thread(eventually, backup_of(path).exists)
        assert kept(backup_of(path)) == [("a", "1")]


def test_the_end_makes_a_backup_if_anything_has_changed(path: Path) -> None:
    with Database(path) as database:
        database.write_now(put("a", "1"))
    assert kept(backup_of(path)) == [("a", "1")]
    backup_of(path).unlink()
    Database(path).close()
    assert not backup_of(path).exists()


def kept(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT name, value FROM key_value WHERE name NOT LIKE 'seal%'").fetchall()
    finally:
        connection.close()


async def test_a_slow_backup_does_not_delay_shutdown(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST_BACKUP_S", 0.05)
    database = Database(path)
    rows = [(f"name{number}", "value") for number in range(5000)]
    await database.write(lambda connection: connection.executemany("INSERT INTO key_value VALUES (?, ?)", rows))
    database._connection.set_progress_handler(lambda: bool(time.sleep(0.1)), 10)  # minutes for the whole table
    await database.shut_down()
    assert not backup_of(path).exists()
    with Database(path) as again:  # nothing is lost, and the backup is made up for
        assert again.rows("SELECT count(*) FROM key_value WHERE value = 'value'") == [(5000,)]
    assert backup_of(path).exists()
