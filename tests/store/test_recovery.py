import logging
import resource
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.store.group import GROUPS, LEVEL

from ipcamd.errors import ConfigError
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store import database as module
from ipcamd.store.database import Database, TransactionPart
from ipcamd.store.recovery import KEPT, back_up, backup_of


def saved(path: Path, value: str) -> None:
    with Database(path) as database:
        database.write_now(lambda c: c.execute("INSERT OR REPLACE INTO key_value VALUES ('a', ?)", (value,)))


def read(path: Path) -> str | None:
    with Database(path) as database:
        rows = database.rows("SELECT value FROM key_value WHERE name = 'a'")
    return str(rows[0][0]) if rows else None


def overwrite(path: Path, offset: int, length: int = 3000) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xa5" * length)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "header": lambda path: overwrite(path, 0),
    "second page": lambda path: overwrite(path, 4096),
    "all": lambda path: path.write_bytes(b"\xa5" * 20_000),
    "text": lambda path: path.write_text("no database\n"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:6000]),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_backup_takes_the_place_of_what_was_damaged(
    path: Path, damage: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    saved(path, "1")
    damage(path)
    with caplog.at_level(logging.WARNING):
        assert read(path) == "1"
    assert "backup of" in caplog.text
    caplog.clear()
    assert read(path) == "1"  # and the next start reports nothing
    assert caplog.text == ""


@pytest.mark.parametrize("damage", [d for name, d in DAMAGES.items() if name not in ("empty", "gone")])
def test_without_a_backup_the_camera_starts_empty_and_keeps_the_damaged_one(
    path: Path, damage: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    saved(path, "1")
    damage(path)
    damaged = path.read_bytes()
    backup_of(path).unlink()
    with caplog.at_level(logging.WARNING):
        assert read(path) is None
    (aside,) = path.parent.glob("*.damaged-*Z")
    assert aside.read_bytes() == damaged
    assert aside.name in caplog.text
    assert "factory values" in caplog.text


def test_a_backup_that_is_damaged_too_is_kept_aside(path: Path) -> None:
    saved(path, "1")
    overwrite(path, 0)
    overwrite(backup_of(path), 0)
    assert read(path) is None
    assert backup_of(path).with_name("ipcamd.db.backup.damaged").exists()
    saved(path, "2")
    assert read(path) == "2"


def test_not_every_damaged_one_is_kept_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(KEPT + 3):
        monkeypatch.setattr("time.strftime", lambda *_, n=number: f"2026010{n}T000000Z")
        saved(path, "1")
        overwrite(path, 0)
        assert read(path) == "1"
    asides = sorted(file.name for file in path.parent.glob("*.damaged-*"))
    assert asides == [f"ipcamd.db.damaged-2026010{n}T000000Z" for n in range(3, 6)]


def test_damage_never_gets_into_the_backup(path: Path) -> None:
    with Database(path) as database:
        rows = [(str(number), "x" * 500) for number in range(100)]
        database.write_now(lambda c: c.executemany("INSERT INTO key_value VALUES (?, ?)", rows))
    good = backup_of(path).read_bytes()
    overwrite(path, path.stat().st_size - 4096)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        back_up(connection, path)
    connection.close()
    assert backup_of(path).read_bytes() == good


def test_a_backup_for_which_there_is_no_room_leaves_the_last_one(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    saved(path, "1")
    good = backup_of(path).read_bytes()
    database = Database(path)
    database.write_now(lambda c: c.execute("UPDATE key_value SET value = '2' WHERE name = 'a'"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        database.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "no backup" in caplog.text
    assert backup_of(path).read_bytes() == good
    assert read(path) == "2"


def test_a_full_disk_at_the_first_start_is_reported(path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        with pytest.raises(ConfigError, match=str(path)):
            Database(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    Database(path).close()
    assert not list(path.parent.glob("*.damaged*"))


def test_an_undecodable_text_does_not_prevent_the_start(path: Path) -> None:
    saved(path, "word")
    with Database(path) as database:
        database.write_now(lambda c: c.execute("UPDATE key_value SET value = CAST(x'66ff6f' AS TEXT) WHERE name = 'a'"))
    assert read(path) == "f\ufffdo"


async def test_a_factory_default_leaves_no_trace_of_what_was(path: Path) -> None:
    def everything() -> bytes:
        return b"".join(file.read_bytes() for file in path.parent.iterdir())

    saved(path, "first")
    overwrite(path, 0, 100)
    saved(path, "swordfish")
    overwrite(backup_of(path), 0, 100)
    overwrite(path, 0, 100)
    saved(path, "swordfish")
    with Database(path) as database:
        database.write_now(lambda c: c.execute("INSERT INTO key_value VALUES ('b', 'swordfish')"))
        assert everything().count(b"swordfish") > 3
        forget = "DELETE FROM key_value WHERE name IN ('a', 'b')"
        step = TransactionPart(lambda c: c.execute(forget), lambda: None)
        await Settings(database, GROUPS, {}).reset(lambda _: False, step)
        assert b"swordfish" not in everything()
        assert b"fingerprint" in backup_of(path).read_bytes()


async def test_a_factory_default_on_a_full_disk_is_done_nevertheless(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    with Database(path) as database:
        settings = Settings(database, GROUPS, {})
        await settings.update([Change(*LEVEL, "7")])
        monkeypatch.setattr(module, "purge", full)
        await settings.reset()
        assert settings["Picture"]["Level"] == "5"
        assert "no space left" in caplog.text
