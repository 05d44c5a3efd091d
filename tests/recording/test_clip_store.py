"""The store for clips: bounded, and without effect on other users of the disk."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from ipcamd.recording.clip_store import ClipStore
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import EVENT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "clips"


def shelf_in(folder: Path, most: int = 1000) -> ClipStore:
    store = ClipStore(folder, most)
    store.clear(keep=())
    return store


def put(store: ClipStore, name: str) -> Disk:
    disk = store.disk()
    store.prepare(disk)
    disk.add_content(EVENT, name, bytes(10))
    return disk


def lying(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.jpg"))


def room(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """Let the disk seem to have so many free bytes."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))


def test_the_oldest_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, 10**9)
    store = shelf_in(folder, most=25)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        store.release(put(store, name), 10)
    assert lying(folder) == ["b.jpg", "c.jpg"]


def test_clips_in_use_are_kept(folder: Path) -> None:
    store = shelf_in(folder, most=5)
    put(store, "a.jpg")
    store.release(put(store, "b.jpg"), 10)
    store.release(put(store, "c.jpg"), 10)
    assert lying(folder) == ["a.jpg", "c.jpg"]


def test_the_store_uses_no_more_than_remains_free(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, 15)
    store = shelf_in(folder)
    store.release(put(store, "a.jpg"), 10)
    store.release(put(store, "b.jpg"), 10)
    assert lying(folder) == ["b.jpg"]


@pytest.mark.parametrize(("need", "left"), [(5, ["a.jpg"]), (6, [])])
def test_space_is_made_for_new_clips(folder: Path, monkeypatch: pytest.MonkeyPatch, need: int, left: list[str]) -> None:
    store = shelf_in(folder)
    store.release(put(store, "a.jpg"), 10)
    room(monkeypatch, 15)
    store.make_room(need)
    assert lying(folder) == left


def test_files_of_an_earlier_run_are_deleted_except_those_in_use(folder: Path) -> None:
    store = shelf_in(folder)
    put(store, "a.jpg")
    kept = put(store, "b.jpg")
    (folder / "stray").write_bytes(b"x")
    store.clear(keep={kept.root.name})
    assert [path.name for path in folder.iterdir()] == [kept.root.name]
    assert lying(folder) == ["b.jpg"]
