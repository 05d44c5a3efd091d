import shutil
from pathlib import Path

import pytest
from tests.access.opened_accounts import open_accounts
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.admin.factorydefault import ENDPOINT
from ipcamd.errors import RequestFailed, StoreError
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLogEntry
from ipcamd.store.keyvalue import KeyValueStore
from ipcamd.wire.http.query import Query

FACTS = {"identity.mac": "02:00:00:00:00:01", "ptz.position": "[10, 10, 2]", "ptz.preset.1": "[1, 1, 2]"}
UNCONFIRMED = "network.unconfirmed"


async def use(rig: CameraRig) -> None:
    """Store data of every kind that a factory default deletes."""
    changes = {"Time": {"TimeZone": "22"}, "System.Info": {"ServerName": "door"}, "Event.Server.FTP": {"Password": "p"}}
    await rig.settings.update(
        [Change(group, name, value) for group, values in changes.items() for name, value in values.items()]
    )
    await rig.schedules.add({"Name": "night"})
    await rig.accounts.add("boss", "sunflower", Rank.ADMIN)
    for name, value in {**FACTS, UNCONFIRMED: "{}"}.items():
        await rig.key_values.set(name, value)
    rig.event_log.note(EventLogEntry(rig.host, "motion"))
    await rig.event_log.flush()


async def copied(rig: CameraRig) -> Path:
    """Return a copy of the database on disk, as after a power cut."""
    folder = rig.path / "copy"
    folder.mkdir(mode=0o700)
    for name in ("ipcamd.db", "ipcamd.db-wal", "secret.key"):
        shutil.copy(rig.path / name, folder)
    return folder / "ipcamd.db"


def test_only_administrators_and_it_counts_as_a_change() -> None:
    assert ENDPOINT.rank is Rank.ADMIN
    assert ENDPOINT.changes(Query())


@pytest.mark.parametrize("query", ["", "mode=", "mode=0", "mode=3", "mode=11", "mode=1&force=yes", "mod=1"])
async def test_wrong_requests_change_nothing(rig: CameraRig, query: str) -> None:
    await use(rig)
    with pytest.raises(RequestFailed):
        await rig.ask(ENDPOINT, query)
    assert rig.restarts == 0
    assert rig.settings["System.Info"]["ServerName"] == "door"
    assert rig.accounts.entry("boss")
    await rig.key_values.set("ptz.position", "[0, 0, 1]")


@pytest.mark.parametrize(
    ("mode", "zone", "names", "kept"), [("1", "21", ["admin"], set()), ("2", "22", ["admin"], {UNCONFIRMED})]
)
async def test_it_leaves_what_the_mode_names(
    rig: CameraRig, mode: str, zone: str, names: list[str], kept: set[str]
) -> None:
    await use(rig)
    assert await rig.text(ENDPOINT, f"mode={mode}") == "OK\r\n"
    assert rig.restarts == 1
    path = await copied(rig)
    with Database(path) as database:
        settings, key_values = Settings(database, ALL_GROUPS, {}), KeyValueStore(database)
        assert settings["Time"]["TimeZone"] == zone
        assert settings["System.Info"]["ServerName"] == settings.factory("System.Info")["ServerName"]
        assert settings["Event.Schedule.1"] == settings.factory("Event.Schedule.1")
        assert open_accounts(database).names(Rank.ADMIN) == names
        left = {name for (name,) in database.rows("SELECT name FROM key_value")}
        assert left == {"identity.mac", "seal.fingerprint"} | kept
        assert key_values.get("identity.mac") == FACTS["identity.mac"]
        ((what, done),) = database.rows("SELECT what, done FROM event_log")
        assert (what, done) == ("factory default", f"mode {mode} by admin (127.0.0.1)")


async def test_nothing_that_the_parts_remember_is_stored_until_the_restart(rig: CameraRig) -> None:
    await use(rig)
    await rig.ask(ENDPOINT, "mode=1")
    with pytest.raises(StoreError, match="restarting"):
        await rig.key_values.set("ptz.position", "[10, 10, 2]")
    with pytest.raises(StoreError, match="restarting"):
        await rig.settings.update([Change("System.Info", "ServerName", "door")])


async def test_neither_the_log_nor_the_backup_holds_what_was_erased(rig: CameraRig) -> None:
    await use(rig)
    await rig.settings.update([Change("System.Info", "ServerName", "UNMISTAKABLE")])
    await rig.ask(ENDPOINT, "mode=1")
    files = {path.name: path.read_bytes() for path in rig.path.iterdir() if path.is_file()}
    assert "ipcamd.db.backup" in files
    assert [name for name, content in files.items() if b"UNMISTAKABLE" in content] == []
