"""Backup and restore on real settings and accounts in a real database."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.errors import RequestFailed, StoreError
from ipcamd.maintenance.backup import backup as backup_module
from ipcamd.maintenance.backup.backup import BackupService
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import CAMERA, Change, Requester

PASSPHRASE = "correct horse battery"
SECRET = "UNMISTAKABLE-8f3a"
FORMAT_1 = Path(__file__).with_name("backup-format-1.json")
"""File of the first version with this format; its passphrase is `PASSPHRASE`."""


def service(rig: CameraRig) -> BackupService:
    return BackupService(rig.settings, rig.accounts, rig.key_values, rig.ip_filter)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    await change(rig, ("System.Info", "ServerLocation", "door"), ("Event.Server.FTP", "Password", SECRET))
    await change(rig, ("Time", "TimeZone", "22"), ("PTZ.PresetList", "Preset1", "1|8|Door"))
    await rig.schedules.add({"Name": "night"})
    await rig.key_values.set("ptz.preset.1", "[9.0, 9.0, 2.0]")
    await rig.accounts.add("boss", "sunflower-7", Rank.ADMIN, by=CAMERA)
    yield rig
    rig.database.close()


async def change(rig: CameraRig, *changes: tuple[str, str, str | None]) -> None:
    await rig.settings.update([Change(*each) for each in changes])


async def restore(rig: CameraRig, data: bytes, passphrase: str = "", network: bool = False, *keep: str) -> int:
    return await service(rig).restore(data, passphrase, network, CAMERA, keep)


def state(rig: CameraRig) -> dict[str, Any]:
    groups = ("System.Info", "Event.Server.FTP", "Time", "Event.Schedule.1", "PTZ.PresetList", "Image.MJPEG")
    logins = {n: (e.account.rank, rig.accounts.password(e)) for n, e in rig.accounts.entries.items()}
    return {**{name: dict(rig.settings[name]) for name in groups}, "": (logins, rig.key_values.get("ptz.preset.1"))}


async def spoil(rig: CameraRig) -> None:
    """Change everything that the fixture has set, and more."""
    await change(rig, ("System.Info", "ServerLocation", "yard"), ("Event.Server.FTP", "Password", "other"))
    await change(rig, ("Image.MJPEG", "Framerate", "8"), ("PTZ.PresetList", "Preset1", None))
    await rig.schedules.remove(rig.schedules.named("night"))
    await rig.key_values.set("ptz.preset.1", "")
    await rig.accounts.remove("boss", by=Requester("admin", "", "test", Rank.ADMIN))
    await rig.accounts.add("paul", "sunflower-8", Rank.GUEST, by=CAMERA)


async def test_a_backup_with_a_passphrase_brings_everything_back(rig: CameraRig) -> None:
    before, data = state(rig), await service(rig).save(PASSPHRASE)
    await spoil(rig)
    assert state(rig) != before
    assert await restore(rig, data, PASSPHRASE) > 0
    assert state(rig) == before
    assert await restore(rig, data, PASSPHRASE) == 0


async def test_without_a_passphrase_secrets_and_accounts_are_neither_saved_nor_touched(rig: CameraRig) -> None:
    data = await service(rig).save("")
    assert SECRET.encode() not in data
    assert b"boss" not in data
    await spoil(rig)
    await restore(rig, data)
    assert rig.settings["System.Info"]["ServerLocation"] == "door"
    assert rig.settings["Event.Server.FTP"]["Password"] == "other"
    assert set(rig.accounts.entries) == {"admin", "paul"}
    assert await restore(rig, await service(rig).save(PASSPHRASE)) == 0  # not given, not used


async def test_no_secret_is_readable_in_the_file(rig: CameraRig) -> None:
    data = await service(rig).save(PASSPHRASE)
    assert all(word not in data for word in (SECRET.encode(), b"sunflower", b"boss", b"correct horse"))


async def test_the_network_and_the_zone_are_restored_on_request_alone(rig: CameraRig) -> None:
    data = await service(rig).save("")
    await change(rig, ("Time", "TimeZone", "5"))
    await restore(rig, data)
    assert rig.settings["Time"]["TimeZone"] == "5"
    await restore(rig, data, "", True)
    assert rig.settings["Time"]["TimeZone"] == "22"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda content: content.pop("settings"), "settings is damaged"),
        (lambda content: content["settings"].update({"System.Info.ServerLocation": 7}), "settings is damaged"),
        (lambda content: content["settings"].update({"Image.MJPEG.Framerate": "7"}), "Image.MJPEG.Framerate=7"),
        (lambda content: content["positions"].update({"ptz.home": "[1]"}), "ptz.home is not a position"),
        (lambda content: content["positions"].update({"ptz.home": "[[0, 0, 1"}), "ptz.home is not a position"),
        (lambda content: content["positions"].update({"ptz.home": "[0, 0, NaN]"}), "ptz.home is not a position"),
        (lambda content: content.update({"ipcamd-backup": 2}), "newer version of ipcamd"),
        (lambda content: content.update({"ipcamd-backup": "1"}), "not a backup of ipcamd"),
        (lambda content: content["settings"].update({"System.Info.ServerLocation": "x"}), "passphrase: it is wrong"),
        (lambda content: content["secrets"].update({"n": 1 << 40}), "the file is damaged"),
        (lambda content: content["secrets"].update({"data": "!"}), "the file is damaged"),
        (lambda content: content.update({"secrets": 1}), "secrets is damaged"),
    ],
)
async def test_a_changed_file_changes_nothing(rig: CameraRig, edit: Any, words: str) -> None:
    content = json.loads(await service(rig).save(PASSPHRASE))
    edit(content)
    await spoil(rig)
    before = state(rig)
    passphrase = "" if "Framerate" in words or "home" in words else PASSPHRASE
    with pytest.raises(RequestFailed, match=words):
        await restore(rig, json.dumps(content).encode(), passphrase)
    assert state(rig) == before


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"ipcamd-backup": 0}'])
async def test_other_files_are_refused_as_backups(rig: CameraRig, data: bytes) -> None:
    with pytest.raises(RequestFailed, match="not a backup of ipcamd"):
        await restore(rig, data, PASSPHRASE)


async def test_a_wrong_passphrase_and_a_short_one_are_refused(rig: CameraRig) -> None:
    data = await service(rig).save(PASSPHRASE)
    with pytest.raises(RequestFailed, match="it is wrong"):
        await restore(rig, data, PASSPHRASE + "x")
    with pytest.raises(RequestFailed, match="8 to 128"):
        await service(rig).save("short")


async def test_a_commit_that_fails_changes_nothing(rig: CameraRig, monkeypatch: pytest.MonkeyPatch) -> None:
    data = await service(rig).save(PASSPHRASE)
    await spoil(rig)
    before = state(rig)

    def broken(connection: object) -> None:
        raise StoreError("no")

    parts = backup_module.BackupService._parts
    monkeypatch.setattr(
        backup_module.BackupService,
        "_parts",
        lambda self, backup: [*parts(self, backup), backup_module.TransactionPart(broken, lambda: None)],
    )
    with pytest.raises(StoreError):
        await restore(rig, data, PASSPHRASE)
    assert state(rig) == before


async def test_rules_that_lock_out_the_caller_are_refused(rig: CameraRig) -> None:
    await rig.ip_filter.add({"DenyIPRange": world_range("10.0.0.5")}, CAMERA, ())
    await change(rig, ("IPFilter", "Policy", "Both"))
    data = await service(rig).save("")
    await rig.ip_filter.remove_all(CAMERA)
    with pytest.raises(RequestFailed, match=r"lock out 10\.0\.0\.5"):
        await restore(rig, data, "", False, "10.0.0.5")
    await restore(rig, data, "", False, "10.0.0.6")
    assert rig.ip_filter.policy == "Both"


@pytest.mark.parametrize("keep", [(), ("10.0.0.5",)])
async def test_an_invalid_list_of_addresses_is_refused_by_name(rig: CameraRig, keep: tuple[str, ...]) -> None:
    content = json.loads(await service(rig).save(""))
    content["settings"]["IPFilter.DenyIPRange"] = "nowhere"
    with pytest.raises(RequestFailed, match=r"IPFilter\.DenyIPRange=nowhere: allowed: IPv4 addresses"):
        await restore(rig, json.dumps(content).encode(), "", False, *keep)


async def test_files_of_the_first_format_stay_readable(rig: CameraRig) -> None:
    await spoil(rig)
    await restore(rig, FORMAT_1.read_bytes(), PASSPHRASE)
    assert rig.settings["System.Info"]["ServerLocation"] == "door"
    assert rig.settings["Event.Server.FTP"]["Password"] == SECRET
    assert set(rig.accounts.entries) == {"admin", "boss"}


def world_range(text: str) -> Any:
    from ipcamd.params.ipfilter import LISTS

    return LISTS["DenyIPRange"].value(text)
