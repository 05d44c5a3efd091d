"""The shelf for clips: bounded, and never what keeps others from the disk."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from ipcamd.events.shelf import Shelf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "clips"


def put(shelf: Shelf, name: str, size: int = 10) -> Path:
    (path,) = shelf.put([(name, [bytes(size)], b"")])
    return path


def shelf_in(folder: Path, most: int = 1000) -> Shelf:
    shelf = Shelf(folder, most)
    shelf.clear()
    return shelf


def lying(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.avi"))


def room(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """Let the disk seem to have so many free bytes."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))


def failing(times: int) -> Callable[[int], None]:
    """Return what fails in the place of ``os.fsync`` so many times as it does on a full disk."""
    left, really = [times], os.fsync

    def sync(handle: int) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        really(handle)

    return sync


def test_the_oldest_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, 10**9)
    shelf = shelf_in(folder, most=15)
    for name in ("a.avi", "b.avi", "c.avi"):
        put(shelf, name)
    assert lying(folder) == ["b.avi", "c.avi"]


def test_no_more_lies_here_than_is_free_besides(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, 5)
    shelf = shelf_in(folder)
    put(shelf, "a.avi")
    put(shelf, "b.avi")
    assert lying(folder) == ["b.avi"]


def test_on_a_full_disk_older_clips_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = shelf_in(folder)
    put(shelf, "a.avi")
    monkeypatch.setattr(os, "fsync", failing(times=1))
    path = put(shelf, "b.avi")
    assert lying(folder) == ["b.avi"]
    assert path.read_bytes() == bytes(10)


def test_what_does_not_fit_at_all_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = shelf_in(folder)
    put(shelf, "a.avi")
    monkeypatch.setattr(os, "fsync", failing(times=2))
    with pytest.raises(OSError, match="No space left"):
        put(shelf, "b.avi")
    assert list(folder.iterdir()) == []
    assert put(shelf, "c.avi").exists()
