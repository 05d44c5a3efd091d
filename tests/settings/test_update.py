"""Updates: checks, derived changes, undoing and records."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ipcamd.errors import RequestFailed, SettingRefused, StoreError
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank, Texts, Values
from ipcamd.settings.audit_entry import AuditEntry, log_entry
from ipcamd.settings.change_records import CAMERA, Change, Requester
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database, TransactionPart

SECRET = "UNMISTAKABLE-8f3a"
RITA = Requester("rita", "192.0.2.7", "/cgi/users/param.cgi", Rank.USERS)
FTP = "Event.Server.FTP"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with Database(tmp_path / "state" / "ipcamd.db") as database:
        yield Settings(database, ALL_GROUPS, {("System", "HTTPPort"): "8081"})


def everything(settings: Settings) -> dict[str, Values]:
    return {group.name: settings[group.name] for group in ALL_GROUPS}


REFUSED = [
    (Change("No.Such", "x", "1"), CAMERA, "group=No.Such: there is no such group"),
    (Change("Audio", "Volume", "1"), CAMERA, "Volume: not a parameter of Audio; allowed: MicEnabled, SpeakerEnabled"),
    (Change("Hardware", "PT", "0"), CAMERA, "Hardware.PT: it is read-only"),
    (Change("Audio", "MicEnabled", "yes"), RITA, "Audio.MicEnabled: users may not set it"),
    (Change("Time", "ServerTime", "12:00"), CAMERA, "Time.ServerTime: not supported by this device"),
    (Change("PTZ.Speed", "PanSpeed", "1"), CAMERA, "PTZ.Speed.PanSpeed: not supported by this device"),
    (Change("Image.MJPEG", "Quality", "5"), CAMERA, "Image.MJPEG.Quality=5: allowed: 0 to 4"),
    (Change("System", "RTSPPort", "8081"), CAMERA, "HTTPPort=8081, RTSPPort=8081: they must differ"),
    (Change(FTP, "Password", SECRET + "\n"), CAMERA, f"{FTP}.Password=********: allowed: at most 128 printable"),
]


@pytest.mark.parametrize(("change", "by", "message"), REFUSED, ids=lambda value: str(value)[:50])
async def test_forbidden_changes_change_nothing(
    settings: Settings, change: Change, by: Requester, message: str
) -> None:
    settings.add_readers({("Hardware", "PT"): lambda: "0"})
    before = everything(settings)
    with pytest.raises(RequestFailed) as refused:
        await settings.update([Change("GPIO", "TriggerOutStatus1", "high"), change], by=by)
    assert str(refused.value).startswith(message)
    assert everything(settings) == before


def test_a_change_can_be_checked_without_making_it(settings: Settings) -> None:
    assert str(settings.check(Change("image.mjpeg", "quality", "04"))) == "Image.MJPEG.Quality=4"
    with pytest.raises(SettingRefused) as refused:
        settings.check(Change("Image.MJPEG", "Quality", "5"))
    assert refused.value.reason == "allowed: 0 to 4"
    assert settings["Image.MJPEG"]["Quality"] == "3"


async def test_an_update_spans_groups_and_each_has_its_rules(settings: Settings) -> None:
    sizes = [Change("image.h264", "resolution", "19"), Change("Image.MPEG4", "Resolution", "17")]
    applied = await settings.update([*sizes, Change("Audio", "MicEnabled", "YES")])
    assert [*map(str, applied.sent)] == [
        "Image.H264.Resolution=19",
        "Image.MPEG4.Resolution=17",
        "Audio.MicEnabled=yes",
    ]
    assert [*map(str, applied.followed)] == ["Image.H264.Framerate=20", "Image.MPEG4.Framerate=25"]
    assert settings["Image.H264"].number("Framerate") == 20
    assert settings["Audio"].flag("MicEnabled") is True


async def test_an_update_can_be_undone(settings: Settings, tmp_path: Path) -> None:
    await settings.update([Change(FTP, "Password", "first"), Change("Image.H264", "Quality", "1")])
    before = everything(settings)
    applied = await settings.update(
        [
            Change("Image.H264", "Resolution", "19"),
            Change("Image.H264", "Quality", "4"),
            Change(FTP, "Password", SECRET),
            Change("System", "HTTPPort", "80"),
            Change("Event.Schedule.1", "Name", "night"),
        ]
    )
    await settings.update(applied.undo)
    assert everything(settings) == before
    with Database(tmp_path / "copy" / "ipcamd.db") as other:
        fresh = Settings(other, ALL_GROUPS, {("System", "HTTPPort"): "90"})
        undone = await fresh.update([Change("System", "HTTPPort", "80")])
        await fresh.update(undone.undo)
        # an unset parameter has the factory value of the next start
        assert Settings(other, ALL_GROUPS, {("System", "HTTPPort"): "91"})["System"].number("HTTPPort") == 91


async def test_none_gives_a_parameter_its_factory_value(settings: Settings) -> None:
    await settings.update([Change("System", "HTTPPort", "80")])
    applied = await settings.update([Change("System", "HTTPPort", None)])
    assert [*map(str, applied.sent)] == ["System.HTTPPort=8081"]
    assert settings["System"]["HTTPPort"] == "8081"


async def test_values_of_the_device_are_set_by_the_device_and_not_undone(settings: Settings) -> None:
    calls: list[tuple[str, Texts]] = []

    def write(values: Values, sent: Texts) -> TransactionPart:
        return TransactionPart(lambda _: None, lambda: calls.append((values["TimeZone"], sent)))

    settings.add_writer("Time", write)
    applied = await settings.update([Change("Time", "ServerTime", "7:05"), Change("Time", "TimeZone", "3")])
    assert calls == [("3", {"ServerTime": "07:05:00"})]
    assert applied.undo == (Change("Time", "TimeZone", None), Change("Time", "SyncSource", None))


async def test_each_attempt_is_recorded_and_no_secret_is(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    entries: list[AuditEntry] = []
    settings.audit(lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
    settings.audit(entries.append)
    settings.audit(log_entry)
    caplog.set_level("INFO")
    anna = Requester("anna", "192.0.2.9", "/cgi/admin/param.cgi", Rank.ADMIN)
    await settings.update([Change(FTP, "Password", SECRET), Change(FTP, "port", "2121")], by=anna)
    with pytest.raises(RequestFailed):
        await settings.update([Change("Audio", "MicEnabled", "yes")], by=RITA)
    with pytest.raises(RequestFailed):
        await settings.update([Change(FTP, "Passwort", SECRET)], by=anna)
    assert [(entry.by, entry.changes, entry.failure) for entry in entries] == [
        (anna, (f"{FTP}.Password=********", f"{FTP}.Port=2121"), ""),
        (RITA, ("Audio.MicEnabled=yes",), "Audio.MicEnabled: users may not set it"),
        (anna, (f"{FTP}.Passwort",), entries[2].failure),
    ]
    assert SECRET not in f"{entries}{caplog.text}"
    assert "anna (192.0.2.9, /cgi/admin/param.cgi) set Event.Server.FTP.Password=********, " in caplog.text
    assert "rita (192.0.2.7, /cgi/users/param.cgi) could not set Audio.MicEnabled=yes: " in caplog.text


@pytest.mark.parametrize("name", ["Provider", "DNSName"])
async def test_logins_and_tokens_in_urls_are_not_recorded(settings: Settings, name: str) -> None:
    entries: list[AuditEntry] = []
    settings.audit(entries.append)
    for url in (
        f"http://ddns.example/{SECRET}",
        f"https://ddns.example?token={SECRET}",
        f"http://u:{SECRET}@ddns.example/",
    ):
        with suppress(RequestFailed):
            await settings.update([Change("Network.DNSUpdate", name, url)])
    shown = [f"Network.DNSUpdate.{name}={scheme}://ddns.example/..." for scheme in ("http", "https", "http")]
    assert [entry.changes for entry in entries] == [(text,) for text in shown]
    assert SECRET not in repr(entries)


async def test_parts_of_others_and_a_factory_default_are_recorded(settings: Settings) -> None:
    entries: list[AuditEntry] = []
    settings.audit(entries.append)
    part = TransactionPart(lambda _: None, lambda: None)
    await settings.update([Change("Time", "TimeZone", "3")], part, notes=["clock hour=5"])
    await settings.reset(by=RITA)
    assert [(entry.by, entry.changes) for entry in entries] == [
        (CAMERA, ("Time.TimeZone=3", "clock hour=5")),
        (RITA, ("factory default",)),
    ]


async def test_a_full_disk_is_recorded_as_a_failure(settings: Settings) -> None:
    entries: list[AuditEntry] = []
    settings.audit(entries.append)

    def full(_: object) -> None:
        raise StoreError("the disk is full")

    with pytest.raises(StoreError):
        await settings.update([Change("Audio", "MicEnabled", "yes")], TransactionPart(full, lambda: None))
    assert entries[0].failure == "the disk is full"
    assert settings["Audio"]["MicEnabled"] == "no"


async def test_a_guard_that_breaks_is_recorded_as_a_failure(settings: Settings) -> None:
    entries: list[AuditEntry] = []
    settings.audit(entries.append)

    def broken(_before: Values, _after: Values) -> None:
        raise ZeroDivisionError

    settings.guard("Audio", broken)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        await settings.update([Change("Audio", "MicEnabled", "yes")])
    assert entries[0].failure == "an internal error"
