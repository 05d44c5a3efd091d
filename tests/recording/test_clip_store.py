"""The shelf for clips: bounded, and never what keeps others from the disk."""

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
    shelf = ClipStore(folder, most)
    shelf.clear(keep=())
    return shelf


def put(shelf: ClipStore, name: str) -> Disk:
    place = shelf.place()
    shelf.prepare(place)
    place.add_content(EVENT, name, bytes(10))
    return place


def lying(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.jpg"))


def room(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """Let the disk seem to have so many free bytes."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))


def test_the_oldest_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, 10**9)
    shelf = shelf_in(folder, most=25)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        shelf.spare(put(shelf, name), 10)
    assert lying(folder) == ["b.jpg", "c.jpg"]


def test_what_somebody_waits_for_stays(folder: Path) -> None:
    shelf = shelf_in(folder, most=5)
    put(shelf, "a.jpg")
    shelf.spare(put(shelf, "b.jpg"), 10)
    shelf.spare(put(shelf, "c.jpg"), 10)
    assert lying(folder) == ["a.jpg", "c.jpg"]


def test_no_more_lies_here_than_is_free_besides(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, 15)
    shelf = shelf_in(folder)
    shelf.spare(put(shelf, "a.jpg"), 10)
    shelf.spare(put(shelf, "b.jpg"), 10)
    assert lying(folder) == ["b.jpg"]


@pytest.mark.parametrize(("need", "left"), [(5, ["a.jpg"]), (6, [])])
def test_what_is_to_be_written_is_given_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch, need: int, left: list[str]
) -> None:
    shelf = shelf_in(folder)
    shelf.spare(put(shelf, "a.jpg"), 10)
    room(monkeypatch, 15)
    shelf.make_room(need)
    assert lying(folder) == left


def test_an_earlier_life_s_places_go_but_those_to_keep(folder: Path) -> None:
    shelf = shelf_in(folder)
    put(shelf, "a.jpg")
    kept = put(shelf, "b.jpg")
    (folder / "stray").write_bytes(b"x")
    shelf.clear(keep={kept.root.name})
    assert [path.name for path in folder.iterdir()] == [kept.root.name]
    assert lying(folder) == ["b.jpg"]
