"""Events of the log on the real store: to which event an entry belongs, filters, pages, and an older database."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ipcamd.event_bus import Event, EventKind, Tampering
from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLog, EventLogEntry, EventSpan
from ipcamd.store.event_search import EventFilter, EventSearch
from ipcamd.store.schema import MIGRATIONS, migrate

S = 10**9


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "ipcamd.db") as database:
        yield database


@pytest.fixture
async def log(database: Database) -> EventLog:
    """A log with motion from 10 to 30 s, an input at 20 s whose upload failed, and a card that was removed at 25 s."""
    log = EventLog(database)
    log.note(EventSpan("motion 1", 10 * S, 10 * S))
    log.note(EventLogEntry(10 * S, "motion 1", "night", done="output high for 10 s"))
    log.note(EventSpan("motion 1", 10 * S, 16 * S))
    log.note(EventSpan("di1 high", 20 * S, 20 * S))
    log.note(EventLogEntry(20 * S, "di1 high", "door", done="a.avi for the SD card", clip="a.avi"))
    log.note(EventLogEntry(25 * S, "sdcard removed", failed="it was pulled out"))
    log.note(EventLogEntry(29 * S, "FTP", "door", failed="refused", event=("di1 high", 20 * S)))
    log.note(EventSpan("motion 1", 10 * S, 30 * S, has_ended=True))
    log.note(EventLogEntry(40 * S, "FTP", "night", done="b.avi delivered", event=("motion 1", 16 * S)))
    return log


async def labels(database: Database, log: EventLog, most: int = 9, **wanted: object) -> list[str]:
    found = await EventSearch(database, log).find(EventFilter(**wanted), most)  # type: ignore[arg-type]
    return [event.label for event in found]


async def test_an_event_is_one_from_start_to_end_with_its_actions_under_it(database: Database, log: EventLog) -> None:
    removed, door, motion = await EventSearch(database, log).find(EventFilter(), 9)
    assert (motion.label, motion.started_ns, motion.ended_ns) == ("motion 1", 10 * S, 30 * S)
    assert [entry.done for entry in motion.entries] == ["output high for 10 s", "b.avi delivered"]
    assert (door.label, door.ended_ns) == ("di1 high", None)
    assert [(entry.clip, entry.failed) for entry in door.entries] == [("a.avi", ""), ("", "refused")]
    assert (removed.started_ns, removed.ended_ns) == (25 * S, 25 * S)
    assert await EventSearch(database, log).schedules() == ["door", "night"]


async def test_tampering_is_a_kind_of_its_own(database: Database, log: EventLog) -> None:
    for event in [Event(EventKind.TAMPER, 60 * S + number, number) for number in Tampering]:
        log.note(EventSpan(event.label, event.time_ns, event.time_ns))
    assert await labels(database, log, kind="tamper") == ["scene changed", "image too bright", "image too dark"]
    assert await labels(database, log, kind="camera") == ["sdcard removed"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"kind": "motion"}, ["motion 1"]),
        ({"kind": "input"}, ["di1 high"]),
        ({"kind": "camera"}, ["sdcard removed"]),
        ({"kind": "tamper"}, []),
        ({"kind": "schedule"}, []),
        ({"outcome": "failed"}, ["sdcard removed", "di1 high"]),
        ({"outcome": "done"}, ["motion 1"]),
        ({"schedule": "door"}, ["di1 high"]),
        ({"schedule": "door' OR 1"}, []),
        ({"from_ns": 20 * S, "until_ns": 25 * S}, ["di1 high"]),
        ({"kind": "input", "outcome": "done"}, []),
    ],
)
async def test_filters(database: Database, log: EventLog, wanted: dict[str, object], found: list[str]) -> None:
    assert await labels(database, log, **wanted) == found


async def test_pages_follow_each_other_by_start(database: Database, log: EventLog) -> None:
    (first,) = await EventSearch(database, log).find(EventFilter(), 1)
    assert await labels(database, log, before=(first.started_ns, first.id)) == ["di1 high", "motion 1"]


async def test_events_in_progress_at_a_kill_end_at_the_next_start(database: Database, log: EventLog) -> None:
    await log.flush()
    again = EventLog(database)
    again.end_all()
    (door,) = await EventSearch(database, again).find(EventFilter("input"), 9)
    assert door.ended_ns == 20 * S


async def test_events_are_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.store.event_log_table.MAX_ENTRIES", 20)
    monkeypatch.setattr("ipcamd.store.event_log_table.SLACK", 5)
    log = EventLog(database)
    for number in range(100):
        log.note(EventSpan("motion 1", number, number, has_ended=True))
        await log.flush()
    found = await EventSearch(database, log).find(EventFilter(), 100)
    assert found[0].started_ns == 99
    assert 20 <= len(found) <= 25


def test_entries_of_an_older_database_become_events() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    step = next(number for number, step in enumerate(MIGRATIONS) if "CREATE TABLE event (" in step[0])
    migrate(connection, MIGRATIONS[:step])
    for moment, what in ((1, "motion 1"), (1, "motion 1"), (2, "di1 low")):
        connection.execute("INSERT INTO event_log VALUES (NULL, ?, ?, 'x', 'y', '')", (moment, what))
    migrate(connection)
    found = connection.execute(
        "SELECT e.label, e.ended_ns, count(*) FROM event e JOIN event_log l ON l.event = e.id GROUP BY e.id"
    ).fetchall()
    assert found == [("motion 1", 1, 2), ("di1 low", 2, 1)]
