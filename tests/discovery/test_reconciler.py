"""Reconciler: it applies the wanted state, again after a failure, and removes it at the end."""

import asyncio

import pytest

from ipcamd.discovery import reconciler
from ipcamd.discovery.reconciler import Reconciler


class ReconcilerRig:
    def __init__(self, failures: int = 0) -> None:
        self.wanted: str | None = "a"
        self.failures = failures
        self.failed_readings = 0
        self.applied: asyncio.Queue[str | None] = asyncio.Queue()
        self.reconciler = Reconciler("part", self.read, self.apply)
        self.reconciler.start()

    def read(self) -> str | None:
        if self.failed_readings:
            self.failed_readings -= 1
            raise OSError("too many open files")
        return self.wanted

    async def apply(self, wanted: str | None) -> None:
        self.applied.put_nowait(wanted)
        if self.failures:
            self.failures -= 1
            raise OSError("not now")

    async def next(self) -> str | None:
        return await asyncio.wait_for(self.applied.get(), 20)


async def test_a_change_is_applied_once() -> None:
    part = ReconcilerRig()
    assert await part.next() == "a"
    part.reconciler.check()
    await asyncio.sleep(0)
    part.wanted = "b"
    part.reconciler.check()
    assert await part.next() == "b"
    await part.reconciler.close()
    assert await part.next() is None
    assert part.applied.empty()


async def test_a_disabled_part_is_unchanged() -> None:
    part = ReconcilerRig()
    part.wanted = None
    part.reconciler.check()
    await part.reconciler.close()
    assert part.applied.empty()


async def test_a_failure_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "RETRY_S", 0.01)
    part = ReconcilerRig(failures=2)
    assert [await part.next() for _ in range(3)] == ["a", "a", "a"]
    await part.reconciler.close()


async def test_what_a_failure_left_is_removed_when_the_part_is_disabled() -> None:
    part = ReconcilerRig(failures=1)
    assert await part.next() == "a"
    part.wanted = None
    part.reconciler.check()
    assert await part.next() is None
    await part.reconciler.close()
    assert part.applied.empty()


async def test_what_a_failure_left_is_removed_at_the_end() -> None:
    part = ReconcilerRig(failures=1)
    assert await part.next() == "a"
    await part.reconciler.close()
    assert await part.next() is None


async def test_a_state_that_cannot_be_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "RETRY_S", 0.01)
    part = ReconcilerRig()
    assert await part.next() == "a"
    part.wanted, part.failed_readings = "b", 1
    part.reconciler.check()
    assert await part.next() == "b"
    await part.reconciler.close()
