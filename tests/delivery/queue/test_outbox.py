"""Outbox: order, limit, and durability."""

import asyncio
from pathlib import Path

import pytest

from ipcamd.delivery.queue.outbox import Outbox
from ipcamd.errors import StoreError
from ipcamd.store.database import Database


def test_messages_outlast_the_process_in_order(tmp_path: Path) -> None:
    async def fill() -> None:
        outbox = Outbox(database, lambda: 100)
        for number in range(50):
            outbox.put("mqtt", "event", b"%d" % number)
        outbox.put("other", "event", b"x")
        for _ in range(10):
            outbox.note_delivered(await outbox.head("mqtt"))
        await outbox.flush()

    async def drain() -> list[bytes]:
        outbox, found = Outbox(database, lambda: 100), list[bytes]()
        while outbox.counts("mqtt").waiting:
            message = await outbox.head("mqtt")
            found.append(message.payload)
            outbox.note_delivered(message)
        assert outbox.counts("other").waiting == 1
        return found

    with Database(tmp_path / "ipcamd.db") as database:
        asyncio.run(fill())
    with Database(tmp_path / "ipcamd.db") as database:
        assert asyncio.run(drain()) == [b"%d" % number for number in range(10, 50)]


async def test_the_oldest_go_when_too_many_wait(tmp_path: Path) -> None:
    with Database(tmp_path / "ipcamd.db") as database:
        outbox = Outbox(database, lambda: 3)
        for number in range(5):
            outbox.put("mqtt", "event", b"%d" % number)
        assert (await outbox.head("mqtt")).payload == b"2"
        counts = outbox.counts("mqtt")
        assert (counts.waiting, counts.waiting_bytes, counts.dropped) == (3, 3, 2)
        await outbox.flush()
        assert database.rows("SELECT count(*) FROM outbox") == [(3,)]


async def test_an_amended_message_keeps_its_place(tmp_path: Path) -> None:
    with Database(tmp_path / "ipcamd.db") as database:
        outbox = Outbox(database, lambda: 10)
        first = outbox.put("webhook1", "a", b"1")
        outbox.put("webhook1", "b", b"2")
        await outbox.flush()
        outbox.amend(first, b"1 with a picture")
        assert (await outbox.head("webhook1")).payload == b"1 with a picture"
        await outbox.flush()
        assert database.rows("SELECT payload FROM outbox ORDER BY number") == [(b"1 with a picture",), (b"2",)]
        outbox.note_delivered(first)
        outbox.amend(first, b"too late")
        await outbox.flush()
        assert database.rows("SELECT payload FROM outbox") == [(b"2",)]


async def test_a_new_message_ends_the_wait_for_it(tmp_path: Path) -> None:
    with Database(tmp_path / "ipcamd.db") as database:
        outbox = Outbox(database, lambda: 3)
        waiting = asyncio.create_task(outbox.head("mqtt"))
        await asyncio.sleep(0)
        outbox.put("other", "event", b"not this one")
        outbox.put("mqtt", "event", b"this one")
        async with asyncio.timeout(20):
            assert (await waiting).payload == b"this one"
        await outbox.flush()


async def test_a_disk_that_cannot_be_written_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database(tmp_path / "ipcamd.db") as database:
        outbox = Outbox(database, lambda: 10)
        with monkeypatch.context() as broken:
            broken.setattr(database, "write", _full)
            outbox.put("mqtt", "event", b"1")
            await outbox.flush()
        outbox.put("mqtt", "event", b"2")
        await outbox.flush()
        assert database.rows("SELECT payload FROM outbox ORDER BY number") == [(b"1",), (b"2",)]


async def test_a_disk_that_stays_full_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database(tmp_path / "ipcamd.db") as database:
        outbox = Outbox(database, lambda: 3)
        outbox.put("mqtt", "event", b"before")
        await outbox.flush()
        with monkeypatch.context() as broken:
            broken.setattr(database, "write", _full)
            for number in range(100):
                outbox.put("mqtt", "event", b"%d" % number)
                await outbox.flush()
            assert len(outbox._added) + len(outbox._removed) <= 4
        outbox.put("mqtt", "event", b"100")
        await outbox.flush()
        assert database.rows("SELECT payload FROM outbox ORDER BY number") == [(b"98",), (b"99",), (b"100",)]


async def _full(*_: object) -> None:
    raise StoreError("the disk is full")
