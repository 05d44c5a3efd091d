"""The event log, where its disk fails; that it is bounded is tested in ``tests/events/test_engine.py``."""

from pathlib import Path

import pytest

from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLog, EventLogEntry


def entries(*moments: int) -> list[EventLogEntry]:
    return [EventLogEntry(moment, "di1 high") for moment in moments]


def read_only(database: Database, on: int) -> None:
    database._connection.execute(f"PRAGMA query_only = {on}")


async def moments(log: EventLog, most: int = 100) -> list[int]:
    return [entry.moment for entry in await log.newest(most)]


async def test_entries_refused_by_a_full_disk_are_listed_and_written_later(tmp_path: Path) -> None:
    with Database(tmp_path / "ipcamd.db") as database:
        log = EventLog(database)
        log.note(EventLogEntry(1, "di1 high"))
        await log.flush()
        read_only(database, 1)
        for entry in entries(2, 3):
            log.note(entry)
            await log.flush()
        assert await moments(log) == [3, 2, 1]
        assert await moments(log, 2) == [3, 2]
        read_only(database, 0)
        log.note(EventLogEntry(4, "di1 high"))
        assert await moments(log) == [4, 3, 2, 1]
    with Database(tmp_path / "ipcamd.db") as database:
        assert await moments(EventLog(database)) == [4, 3, 2, 1]


async def test_a_disk_that_stays_full_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.store.event_log_table.MAX_WAITING", 3)
    with Database(tmp_path / "ipcamd.db") as database:
        log = EventLog(database)
        read_only(database, 1)
        for entry in entries(1, 2, 3, 4, 5):
            log.note(entry)
            await log.flush()
        assert await moments(log) == [5, 4, 3]
