"""Delivery queue: the items that wait, in memory."""

from dataclasses import replace
from pathlib import Path

import pytest

from ipcamd.delivery.queue.delivery_queue import DeliveryQueue, QueueLimits
from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.errors import StoreError


def item(number: int, target: str = "ftp", kind: str = "video/x-msvideo", moment: int = 0, size: int = 10) -> SpoolItem:
    return SpoolItem(number, target, "", Path(), f"{number}", kind, size, moment, "motion 1", "door")


@pytest.fixture
def queue() -> DeliveryQueue:
    queue = DeliveryQueue()
    queue.add(item(number, "ftp" if number % 3 else "email") for number in range(1, 10))
    return queue


def numbers(items: object) -> list[int]:
    return [item.id for item in items]  # type: ignore[attr-defined]


def test_each_target_has_its_own_order(queue: DeliveryQueue) -> None:
    assert numbers(queue.after("ftp", 0, 99)) == [1, 2, 4, 5, 7, 8]
    assert numbers(queue.after("email", 3, 1)) == [6]
    assert numbers(queue.after("samba", 0, 99)) == []
    assert queue.waiting("email") == (3, 30)
    assert queue.head("email") == item(3, "email")
    assert queue.head("samba") is None


@pytest.mark.parametrize(
    ("bounds", "gone"),
    [
        (QueueLimits(11, 999), []),
        (QueueLimits(10, 999), [1]),
        (QueueLimits(99, 80), [1, 2, 3]),
        (QueueLimits(2, 20), list(range(1, 10))),
    ],
)
def test_the_oldest_of_all_targets_make_room(queue: DeliveryQueue, bounds: QueueLimits, gone: list[int]) -> None:
    assert numbers(queue.surplus([item(0), item(0)], bounds)) == gone


def test_an_oversized_item_is_refused(queue: DeliveryQueue) -> None:
    with pytest.raises(StoreError, match=r"21 bytes exceed the size of the queue \(20 bytes\)"):
        list(queue.surplus([item(0, size=10), item(0, size=11)], QueueLimits(99, 20)))


def test_pictures_of_one_event_are_not_parted() -> None:
    queue = DeliveryQueue()
    queue.add(item(number, kind="image/jpeg", moment=number // 4) for number in range(1, 12))
    queue.add([item(12, moment=2)])
    assert numbers(queue.after("ftp", 0, 1)) == [1, 2, 3]
    assert numbers(queue.after("ftp", 3, 5)) == [4, 5, 6, 7, 8, 9, 10, 11]
    assert numbers(queue.after("ftp", 7, 4)) == [8, 9, 10, 11]
    assert numbers(queue.after("ftp", 7, 0)) == []


def test_only_what_waits_is_updated(queue: DeliveryQueue) -> None:
    first, second = queue.after("ftp", 0, 2)
    queue.remove([first, first])
    queue.update([replace(first, tried=True), replace(second, tried=True)])
    assert first not in queue
    assert [p.tried for p in queue.after("ftp", 0, 2)] == [True, False]
    assert queue.head("ftp") == queue.after("ftp", 0, 1)[0]
