"""FTP accounts with few permissions, at Debian's ProFTPD and at servers that refuse in other ways."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pyftpdlib.handlers import FTPHandler
from tests.delivery.delivery_rig import DeliveryRig, staged
from tests.delivery.ftp.ftp_server import PASSWORD as OTHER_PASSWORD
from tests.delivery.ftp.ftp_server import FtpServer
from tests.delivery.ftp.proftpd import CREATE_ONLY, PASSWORD, USER, ProFtpd, proftpd
from tests.e2e.camera import eventually

from ipcamd.delivery.target.file_names import temporary_name
from ipcamd.errors import RequestFailed

pytestmark = pytest.mark.slow

CLIP = bytes(range(256)) * 8000
NO_PART = 'PathDenyFilter "\\\\.part$"'


async def aim(rig: DeliveryRig, server: ProFtpd | FtpServer, **values: object) -> None:
    password = PASSWORD if isinstance(server, ProFtpd) else OTHER_PASSWORD
    login = {"Enable": "yes", "FTPServer": "127.0.0.1", "Port": server.port, "UserName": USER, "Password": password}
    await rig.set("FTP", **(login | values))


def rights(rig: DeliveryRig) -> list[str]:
    """Return the missing rights in the log's words."""
    return [words for words in rig.notes.failed if words.startswith("the target allows no ")]


async def test_an_upload_that_cannot_be_resumed_is_sent_again_whole(tmp_path: Path, rig: DeliveryRig) -> None:
    with proftpd(tmp_path / "far") as server:
        await aim(rig, server, FTPServer="")
        await rig.put("ftp", "one.avi", CLIP)
        await rig.put("ftp", "two.avi", b"small")
        (item,) = await rig.delivery._spool.advance("ftp")  # as if it had been tried
        (server.home / temporary_name(item)).write_bytes(CLIP[:500_000])
        await rig.until(failed=1)
        await aim(rig, server)
        await rig.until(done=2)
        assert server.files() == {"one.avi": CLIP, "two.avi": b"small"}
    assert len(rig.pauses) == 1  # while no server was set
    assert "451 " in rights(rig)[0] and "no resumption of uploads" in rights(rig)[0]


@pytest.mark.parametrize("overwrite", ["on", "off"])
@pytest.mark.parametrize(
    ("more", "right", "left"),
    [
        ("", "no resumption of uploads", 0),
        (NO_PART, "no files with a temporary name (*.part)", 0),
        (CREATE_ONLY, "no renaming of files", 1),
        (CREATE_ONLY + NO_PART, "no files with a temporary name (*.part)", 0),
        (CREATE_ONLY.replace("MKD", "SIZE"), "no renaming of files", 1),
        ("<Limit SIZE>\nDenyAll\n</Limit>", "no sizes of files", 0),
    ],
    ids=["all", "no-part", "create", "create-no-part", "create-no-size", "no-size"],
)
async def test_every_clip_arrives_whole_whatever_the_account_may_not(
    tmp_path: Path, rig: DeliveryRig, more: str, right: str, left: int, overwrite: str
) -> None:
    with proftpd(tmp_path / "far", more, overwrite) as server:
        await aim(rig, server)
        for number in range(3):
            await rig.put("ftp", f"{number}.avi", CLIP + bytes([number]))
        await rig.until(done=3)
        found = server.files()
        parts = [name for name in found if name.endswith(".part")]
        assert len(parts) == left  # only of the first, since the right is known to be missing then
        clips = {f"{number}.avi": CLIP + bytes([number]) for number in range(3)}
        assert {name: data for name, data in found.items() if name not in parts} == clips
    if more:
        assert [words for words in rights(rig) if words.startswith(f"the target allows {right}")]
        assert len(rights(rig)) == len(set(rights(rig)))
    assert rig.pauses == []


@pytest.mark.parametrize(
    ("more", "overwrite"),
    [("", "on"), ("", "off"), (NO_PART, "on"), (CREATE_ONLY, "off"), (CREATE_ONLY.replace("MKD", "SIZE"), "off")],
    ids=["all", "no-overwrite", "no-part", "create", "create-no-size"],
)
async def test_interrupted_uploads_arrive_complete_with_any_missing_right(
    tmp_path: Path, rig: DeliveryRig, more: str, overwrite: str
) -> None:
    with proftpd(tmp_path / "far", f"{more}\nTransferRate STOR 3000", overwrite) as server:
        await aim(rig, server)
        await rig.put("ftp", "first.avi", b"the rights are known afterwards")
        await rig.until(done=1)
        known = set(server.files())
        failed = len(rig.notes.failed)
        await rig.put("ftp", "one.avi", CLIP)
        await rig.put("ftp", "two.avi", b"small")
        await asyncio.to_thread(
            eventually, lambda: any(data for name, data in server.files().items() if name not in known)
        )
        server.stop()
        server.start()
        await rig.until(failed=failed + 1)
        await rig.wake()
        await rig.until(done=3)
        found = server.files()
        assert CLIP in found.values()
        assert found["two.avi"] == b"small"
        assert len(rig.pauses) == 1
        if overwrite == "on":
            assert found == {"first.avi": found["first.avi"], "one.avi": CLIP, "two.avi": b"small"}


async def test_missing_rights_are_stored_until_the_settings_change(tmp_path: Path) -> None:
    folder = tmp_path / "near"
    with proftpd(tmp_path / "far", CREATE_ONLY) as server:
        for expected in (["one.avi", 1], ["two.avi", 0]):
            name, learned = expected
            async with staged(folder) as rig:
                if learned:
                    await aim(rig, server)
                await rig.put("ftp", str(name), CLIP)
                await rig.until(done=1)
                assert len([words for words in rights(rig) if "renaming" in words]) == learned
        assert sum(name.endswith(".part") for name in server.files()) == 1
        async with staged(folder) as rig:
            await aim(rig, server, Path=".")
            await rig.put("ftp", "three.avi", CLIP)
            await rig.until(done=1)
            assert [words for words in rights(rig) if "renaming" in words]


async def test_a_test_reports_the_missing_right(tmp_path: Path, rig: DeliveryRig) -> None:
    with proftpd(tmp_path / "far", CREATE_ONLY) as server:
        await aim(rig, server)
        missing = await rig.delivery.test("ftp")
        assert [words.split(":")[0] for words in missing] == [
            "the target allows no deletion of files",
            "the target allows no renaming of files",
        ]
        assert "(550 " in missing[0]
        assert rig.notes.entries == []
        await rig.put("ftp", "one.avi", CLIP)
        await rig.until(done=1)
        assert "one.avi" in server.files()
        assert rights(rig) == []


async def test_another_cameras_file_is_never_touched(tmp_path: Path, rig: DeliveryRig) -> None:
    with proftpd(tmp_path / "far", CREATE_ONLY) as server:
        (server.home / "one.avi").write_bytes(b"another's")
        await aim(rig, server)
        for _ in range(2):
            await rig.put("ftp", "one.avi", CLIP)
        await rig.until(done=2)
        found = {name: data for name, data in server.files().items() if not name.endswith(".part")}
        assert found == {"one.avi": b"another's", "one-2.avi": CLIP, "one-3.avi": CLIP}


async def test_an_account_that_may_not_write_at_all_waits(tmp_path: Path, rig: DeliveryRig) -> None:
    with proftpd(tmp_path / "far", "<Limit WRITE>\nDenyAll\n</Limit>") as server:
        await aim(rig, server)
        for number in range(3):
            await rig.put("ftp", f"{number}.avi", CLIP)
        for _ in range(8):
            await rig.wake()
        assert not any("dropped" in words for words in rig.notes.failed)
        assert rights(rig) == []
        await rig.rest()
        with pytest.raises(RequestFailed, match="may this user write there"):
            await rig.delivery.test("ftp")


@pytest.mark.parametrize("reply", ["450 Busy.", "451 No rename.", "500 What?", "502 Not here.", "550 No.", "553 No."])
async def test_a_server_without_renaming_is_recognized_by_any_answer(
    tmp_path: Path, rig: DeliveryRig, reply: str
) -> None:
    with FtpServer(tmp_path / "far", ftp_RNFR=lambda self, path: self.respond(reply)) as server:
        await aim(rig, server)
        await rig.put("ftp", "one.avi", CLIP)
        await rig.until(done=1)
        assert server.files() == {"one.avi": CLIP}
    assert rig.pauses == []


@pytest.mark.parametrize("reply", ["451 Restart not permitted.", "501 No.", "550 No.", "554 Offset refused."])
async def test_a_server_without_resumption_is_recognized_by_any_answer(
    tmp_path: Path, rig: DeliveryRig, reply: str
) -> None:
    def store(self: Any, path: str, mode: str = "w") -> None:
        if self._restart_position:
            self._restart_position = 0
            self.respond(reply)
        else:
            FTPHandler.ftp_STOR(self, path, mode)

    with FtpServer(tmp_path / "far", ftp_STOR=store) as server:
        await aim(rig, server)
        server.fail("vanish", after=500_000)
        await rig.put("ftp", "one.avi", CLIP)
        await rig.until(failed=1)
        await rig.wake()
        await rig.until(done=1)
        assert server.files() == {"one.avi": CLIP}
    assert len(rig.pauses) == 1


async def test_a_server_that_ignores_the_resume_position_gets_the_whole_file_and_is_remembered(
    tmp_path: Path, rig: DeliveryRig
) -> None:
    def store(self: Any, path: str, mode: str = "w") -> None:
        self._restart_position = 0
        FTPHandler.ftp_STOR(self, path, mode)

    with FtpServer(tmp_path / "far", ftp_STOR=store) as server:
        await aim(rig, server)
        server.fail("vanish", after=500_000)
        await rig.put("ftp", "one.avi", CLIP)
        await rig.until(failed=1)
        await rig.wake()
        await rig.until(failed=2)
        await rig.wake()
        await rig.until(done=1)
        assert server.files() == {"one.avi": CLIP}
    assert "no resumption of uploads" in "".join(rights(rig))


async def test_a_file_that_is_refused_for_its_size_does_not_block_the_others(tmp_path: Path, rig: DeliveryRig) -> None:
    with proftpd(tmp_path / "far", "MaxStoreFileSize 1 Mb") as server:
        await aim(rig, server, FTPServer="")
        for name, clip in (("large.avi", CLIP), ("small.avi", CLIP[:1000]), ("another.avi", CLIP[:2000])):
            await rig.put("ftp", name, clip)
        rig.restless = True
        await aim(rig, server)
        await rig.until(done=2, failed=5)  # one while no server was set
        assert set(server.files()) == {"small.avi", "another.avi"}
    assert rig.notes.failed[-1].startswith("large.avi: dropped, since the target accepts other files but not this")
