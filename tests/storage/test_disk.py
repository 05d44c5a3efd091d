"""The card's file system among hostile files."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from ipcamd.storage.disk import Disk

NAME = "ipcamd-06152025-150640.avi"


def names(disk: Disk) -> list[str]:
    return sorted(found.name for found in disk.entries())


def test_only_files_with_the_cameras_names_are_listed(disk: Disk) -> None:
    record = disk.root / "record"
    (record / NAME).write_bytes(b"video")
    (record / "holiday.avi").write_bytes(b"x")
    (record / NAME.replace("0640", "0641")).mkdir()
    (record / NAME.replace("0640", "0642")).symlink_to("/etc/passwd")
    os.mkfifo(record / NAME.replace("0640", "0643"))
    assert names(disk) == [NAME]


def test_links_and_pipes_are_not_opened(disk: Disk, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (disk.root / "record" / NAME).symlink_to(secret)
    with pytest.raises(OSError) as refused:
        disk.open("record", NAME)
    assert refused.value.errno == errno.ELOOP
    os.mkfifo(disk.root / "event" / NAME)
    with pytest.raises(FileNotFoundError):
        disk.open("event", NAME)
    disk.remove("record", NAME)
    assert secret.read_bytes() == b"secret"


def test_a_folder_that_is_a_link_is_not_followed(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / NAME).write_bytes(b"x")
    (disk.root / "record").rmdir()
    (disk.root / "record").symlink_to(tmp_path / "elsewhere")
    for attempt in (
        lambda: disk.open("record", NAME),
        lambda: disk.remove("record", NAME),
        lambda: disk.create("record", "ipcamd-06152025-150641.avi"),
        lambda: list(disk.entries()),
        disk.clear,
    ):
        with pytest.raises(OSError):
            attempt()
    assert (tmp_path / "elsewhere" / NAME).exists()


@pytest.mark.parametrize("folder", ["..", ".", "", "record/../..", "other"])
def test_there_are_two_folders(disk: Disk, folder: str) -> None:
    with pytest.raises(FileNotFoundError):
        disk.open(folder, NAME)


def test_nothing_is_written_over(disk: Disk, tmp_path: Path) -> None:
    (disk.root / "record" / NAME).write_bytes(b"old")
    with pytest.raises(FileExistsError):
        disk.create("record", NAME)
    (tmp_path / "clip").write_bytes(b"new")
    with pytest.raises(FileExistsError):
        disk.add_file(tmp_path / "clip", "record", NAME)
    assert (disk.root / "record" / NAME).read_bytes() == b"old"
    assert [entry.name for entry in (disk.root / "record").iterdir()] == [NAME]


@pytest.mark.parametrize("linkless", [False, True])
def test_a_clip_is_taken_in_whole(disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linkless: bool) -> None:
    """Also on a file system that knows no links, as cards' do not."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    if linkless:
        monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "clip").write_bytes(b"x" * 3_000_000)
    found = disk.add_file(tmp_path / "clip", "event", NAME)
    assert (found.size_bytes, found.name) == (3_000_000, NAME)
    (tmp_path / "clip").unlink()
    assert (disk.root / "event" / NAME).read_bytes() == b"x" * 3_000_000
    if linkless:
        (tmp_path / "clip").write_bytes(b"y")
        with pytest.raises(FileExistsError):
            disk.add_file(tmp_path / "clip", "event", NAME)
    assert [entry.name for entry in (disk.root / "event").iterdir()] == [NAME]


def test_incomplete_copies_are_deleted_after_a_power_cut(disk: Disk) -> None:
    (disk.root / "event" / f".{NAME}.part").write_bytes(b"half")
    (disk.root / "event" / ".holiday.avi.part").write_bytes(b"not ours")
    disk.clear_drafts()
    assert [entry.name for entry in (disk.root / "event").iterdir()] == [".holiday.avi.part"]


def test_clearing_empties_our_folders_and_nothing_else(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(b"x")
    (disk.root / "photo.jpg").write_bytes(b"x")
    (disk.root / "record" / NAME).write_bytes(b"x")
    (disk.root / "record" / "deep").mkdir()
    (disk.root / "record" / "deep" / "file").write_bytes(b"x")
    (disk.root / "event" / "link").symlink_to(tmp_path / "kept")
    disk.clear()
    assert sorted(path.name for path in disk.root.rglob("*")) == ["event", "photo.jpg", "record"]
    assert (tmp_path / "kept" / "file").exists()


def test_drafts_are_not_among_the_entries(disk: Disk) -> None:
    fd = disk.create("record", NAME)
    assert names(disk) == []
    os.close(fd)
    disk.done("record", NAME)
    assert names(disk) == [NAME]


def test_a_card_that_is_not_there(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "none")
    assert disk.card() is None
    (tmp_path / "file").write_bytes(b"")
    assert Disk(tmp_path / "file").card() is None


@pytest.mark.slow
def test_the_empty_mount_point_of_a_removed_card_is_no_card(tmp_path: Path) -> None:
    place = tmp_path / "card"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "none", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    disk = Disk(place)
    card = disk.card()
    subprocess.run(["umount", str(place)], check=True)
    assert card
    assert disk.card() is None
    with pytest.raises(OSError, match="was removed"):
        disk.prepare(card)
    assert list(place.iterdir()) == []
    subprocess.run(mount, check=True)
    assert disk.card()
    subprocess.run(["umount", str(place)], check=True)


def test_an_unwritable_folder_is_no_card(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert disk.card() is None
