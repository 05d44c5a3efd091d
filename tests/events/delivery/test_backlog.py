"""What waits, in memory."""

from pathlib import Path

import pytest

from ipcamd.errors import StoreError
from ipcamd.events.backlog import Backlog, Bounds
from ipcamd.events.parcel import Parcel


def parcel(number: int, target: str = "ftp", kind: str = "video/x-msvideo", moment: int = 0, size: int = 10) -> Parcel:
    return Parcel(number, target, "", Path(), f"{number}", kind, size, moment, "motion 1", "door")


@pytest.fixture
def backlog() -> Backlog:
    backlog = Backlog()
    backlog.add(parcel(number, "ftp" if number % 3 else "email") for number in range(1, 10))
    return backlog


def numbers(parcels: object) -> list[int]:
    return [parcel.id for parcel in parcels]  # type: ignore[attr-defined]


def test_each_target_has_its_own_order(backlog: Backlog) -> None:
    assert numbers(backlog.after("ftp", 0, 99)) == [1, 2, 4, 5, 7, 8]
    assert numbers(backlog.after("email", 3, 1)) == [6]
    assert numbers(backlog.after("samba", 0, 99)) == []
    assert backlog.waiting("email") == (3, 30)
    assert backlog.head("email") == parcel(3, "email")
    assert backlog.head("samba") is None


@pytest.mark.parametrize(
    ("bounds", "gone"),
    [(Bounds(11, 999), []), (Bounds(10, 999), [1]), (Bounds(99, 80), [1, 2, 3]), (Bounds(2, 20), list(range(1, 10)))],
)
def test_the_oldest_of_all_targets_make_room(backlog: Backlog, bounds: Bounds, gone: list[int]) -> None:
    assert numbers(backlog.surplus([parcel(0), parcel(0)], bounds)) == gone


def test_what_alone_is_too_large_is_refused(backlog: Backlog) -> None:
    with pytest.raises(StoreError, match=r"21 bytes are more than may wait in all \(20 bytes\)"):
        list(backlog.surplus([parcel(0, size=10), parcel(0, size=11)], Bounds(99, 20)))


def test_pictures_of_one_event_are_not_parted() -> None:
    backlog = Backlog()
    backlog.add(parcel(number, kind="image/jpeg", moment=number // 4) for number in range(1, 12))
    backlog.add([parcel(12, moment=2)])
    assert numbers(backlog.after("ftp", 0, 1)) == [1, 2, 3]
    assert numbers(backlog.after("ftp", 3, 5)) == [4, 5, 6, 7, 8, 9, 10, 11]
    assert numbers(backlog.after("ftp", 7, 4)) == [8, 9, 10, 11]
    assert numbers(backlog.after("ftp", 7, 0)) == []


def test_only_what_waits_is_marked(backlog: Backlog) -> None:
    first, second = backlog.after("ftp", 0, 2)
    backlog.remove([first, first])
    backlog.mark([first, second], tried=True)
    assert first not in backlog
    assert [p.tried for p in backlog.after("ftp", 0, 2)] == [True, False]
    assert backlog.head("ftp") == backlog.after("ftp", 0, 1)[0]
