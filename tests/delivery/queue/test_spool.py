"""Spool: durable, in order, bounded."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.delivery.delivery_rig import DeliveryRig, staged
from tests.delivery.fake_uploader import FakeUploader

from ipcamd.errors import ConfigError, DeliveryError, RequestFailed, StoreError


def spooled(rig: DeliveryRig) -> list[Path]:
    return sorted((rig.folder / "spool").iterdir())


async def filled(folder: Path, *names: str) -> None:
    """Leave undelivered files."""
    fake = FakeUploader()
    fake.troubles = [ConnectionRefusedError()]
    async with staged(folder, {"ftp": fake}) as rig:
        await rig.set("FTP", Enable="yes")
        for name in names:
            await rig.put("ftp", name, name.encode())


async def test_accepted_items_survive_a_restart_and_their_source_file_in_order(tmp_path: Path) -> None:
    names = [f"{number}.avi" for number in range(20)]
    await filled(tmp_path, *names)
    (tmp_path / "captured").unlink()
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.until(done=20)
        assert spooled(rig) == []
    assert fake.arrived == [(name, name.encode()) for name in names]


async def test_started_items_count_as_tried_after_a_restart(tmp_path: Path) -> None:
    fake = FakeUploader()
    fake.troubles = [ConnectionRefusedError()]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.set("FTP", Enable="yes")
        await rig.put("ftp", "one.avi")
        await rig.until(failed=1)
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.until(done=1)
    assert fake.tried == [False, True]  # the target may have it already


async def test_it_takes_no_second_room_on_the_same_disk(tmp_path: Path) -> None:
    await filled(tmp_path, "one.avi")
    (path,) = (tmp_path / "spool").iterdir()
    assert path.stat().st_ino == (tmp_path / "captured").stat().st_ino


async def test_a_capture_on_another_disk_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", link)
    await filled(tmp_path, "one.avi")
    (path,) = (tmp_path / "spool").iterdir()
    assert path.read_bytes() == b"one.avi"


async def test_unknown_files_are_removed_at_the_start(tmp_path: Path) -> None:
    await filled(tmp_path, "one.avi")
    (tmp_path / "spool" / "0123").write_bytes(b"half a copy")
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.until(done=1)
        assert spooled(rig) == []
    assert fake.names == ["one.avi"]


async def test_a_missing_file_is_reported_and_delays_no_other(tmp_path: Path) -> None:
    await filled(tmp_path, "one.avi", "two.avi")
    first = next(path for path in (tmp_path / "spool").iterdir() if path.read_bytes() == b"one.avi")
    first.unlink()
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.until(done=1, failed=1)
        assert rig.notes.failed == ["one.avi: no longer on the camera's disk"]
    assert fake.names == ["two.avi"]


@pytest.mark.parametrize(
    ("bounds", "left"), [({"SpoolItems": 3}, "cde"), ({"SpoolSize": 1}, "de"), ({"SpoolItems": 1}, "e")]
)
async def test_the_oldest_make_room(tmp_path: Path, bounds: dict[str, int], left: str) -> None:
    fake = FakeUploader()
    fake.troubles = [ConnectionRefusedError()]
    async with staged(tmp_path, {"ftp": fake, "samba": FakeUploader()}) as rig:
        await rig.set("FTP", Enable="yes")
        await rig.set("General", **bounds)
        for name in "abcde":
            await rig.put("ftp", name, bytes(400_000))
            await rig.rest()  # the first one has failed: none is in flight when it makes room
        await rig.until(failed=1 + 5 - len(left))
        dropped = [words.split(":")[0] for words in rig.notes.failed if "dropped undelivered" in words]
        assert dropped == [name for name in "abcde" if name not in left]
        counts = [words.split(", ")[-1] for _, words in rig.delivery.report()]
        assert counts == [f"{5 - len(left)} dropped", "0 dropped"]
        assert len(spooled(rig)) == len(left)
        await rig.wake()
        await rig.until(done=len(left))
    assert fake.names == list(left)


async def test_pictures_of_an_event_stay_together(tmp_path: Path) -> None:
    fake = FakeUploader()
    fake.troubles = [DeliveryError("no")]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.set("FTP", Enable="yes")
        await rig.put_pictures("ftp", **dict.fromkeys("abcdefghijklmnopqrstuvwxyz", b"jpeg"))
        await rig.put_pictures("ftp", one=b"first", two=b"second")
        await rig.put("ftp", "clip.avi")
        await rig.wake()
        await rig.until(done=3)
        assert [done.split(",")[0] for done in rig.notes.done] == [
            "a.jpg and 25 more delivered",
            "one.jpg and 1 more delivered",
            "clip.avi delivered",
        ]
        assert rig.notes.failed[0].startswith("a.jpg: no")
        assert "29 delivered" in dict(rig.delivery.report())["FakeUploader"]
    assert fake.batches == [
        [f"{name}.jpg" for name in "abcdefghijklmnopqrstuvwxyz"],
        ["one.jpg", "two.jpg"],
        ["clip.avi"],
    ]


@pytest.mark.parametrize("bounds", [{"SpoolItems": 2}, {"SpoolSize": 1}])
async def test_the_newest_pictures_wait_when_there_are_too_many(tmp_path: Path, bounds: dict[str, int]) -> None:
    fake, never = FakeUploader(), ConnectionRefusedError()
    fake.troubles = [never]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.set("FTP", Enable="yes")
        await rig.set("General", **bounds)
        await rig.put_pictures("ftp", **dict.fromkeys("abcd", bytes(400_000)))
        await rig.until(failed=2)
        await rig.wake()
        await rig.until(done=1)
    assert fake.names == ["c.jpg", "d.jpg"]


async def test_one_picture_that_fails_leaves_none(tmp_path: Path) -> None:
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.set("FTP", Enable="yes")
        lost = replace(rig.material("lost.jpg"), path=tmp_path / "lost")
        with pytest.raises(StoreError, match="could not be queued for delivery: No such file"):
            await rig.delivery.sink("ftp")([rig.material("one.jpg"), lost])
        assert spooled(rig) == []


async def test_an_oversized_item_drops_no_other(tmp_path: Path) -> None:
    fake = FakeUploader()
    fake.troubles = [ConnectionRefusedError()]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.set("FTP", Enable="yes")
        await rig.set("General", SpoolSize=1)
        await rig.put("ftp", "a", bytes(400_000))
        with pytest.raises(StoreError, match=r"1000001 bytes exceed the size of the queue \(1000000 bytes\)"):
            await rig.put("ftp", "b", bytes(1_000_001))
        assert len(spooled(rig)) == 1


async def test_a_full_disk_is_reported_and_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.set("FTP", Enable="yes")
        with monkeypatch.context() as patch:
            patch.setattr(os, "link", full)
            patch.setattr("shutil.copyfile", full)
            with pytest.raises(StoreError, match="could not be queued for delivery: No space left on device"):
                await rig.put("ftp", "one.avi")
        assert spooled(rig) == []
        await rig.put("ftp", "two.avi")
        await rig.until(done=1)
    assert fake.names == ["two.avi"]


async def test_a_database_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    await filled(tmp_path, "one.avi")
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.until(done=1)
        rig.delivery._spool._database._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StoreError, match=r"could not be queued for delivery: .*full"):
            await rig.put("ftp", "x" * 100_000)
        assert spooled(rig) == []


async def test_a_delivery_that_cannot_be_recorded_is_not_repeated(tmp_path: Path) -> None:
    await filled(tmp_path, "one.avi")
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.until(done=1)
        await rig.put("ftp", "two.avi")
        rig.delivery._spool._database._connection.execute("PRAGMA query_only = 1")
        await rig.until(done=2)
        assert spooled(rig) == []
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.set("FTP", Port=2121)
        await rig.put("ftp", "three.avi")
        await rig.until(done=1)
    assert fake.names == ["one.avi", "two.avi", "three.avi"]


async def test_a_target_that_is_off_takes_nothing_and_keeps_what_waits(tmp_path: Path) -> None:
    await filled(tmp_path, "one.avi")
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.until(done=1)
        fake.troubles = [ConnectionRefusedError()]
        await rig.put("ftp", "two.avi")
        await rig.until(failed=1)
        await rig.set("FTP", Enable="no")
        with pytest.raises(RequestFailed, match=r"FakeUploader is switched off \(Event\.Server\.FTP\.Enable=no\)"):
            await rig.put("ftp", "three.avi")
        assert fake.names == ["one.avi"]
        await rig.set("FTP", Enable="yes")
        await rig.until(done=2)
    assert fake.names == ["one.avi", "two.avi"]


async def test_a_directory_that_cannot_be_used_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"")
    with pytest.raises(ConfigError, match="cannot be stored in"):
        async with staged(tmp_path):
            pass
