"""The card: contents, removal and insertion, a full card, formatting."""

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.storage.conftest import CardSlot
from tests.wire.avi.avi_files import NOON, SECOND, avi_file, pictures, playable

from ipcamd.errors import CardBusy, CardError
from ipcamd.media import codecs
from ipcamd.storage.card import Card
from ipcamd.storage.index import RecordingIndex
from ipcamd.storage.recording import Recording

AVI = avi_file(pictures(codecs.JPEG, 3), codecs.JPEG)
MINUTE = 60 * SECOND


@dataclass(frozen=True)
class Clip:
    path: Path
    name: str = "ipcamd-06152025-150640.avi"
    started_ns: int = NOON
    ended_ns: int = NOON + SECOND


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nothing tells tests when
            await asyncio.sleep(0.001)


async def test_the_card_is_removed_and_inserted(slot: CardSlot) -> None:
    slot.put(0)
    card = await slot.start()
    told: list[bool] = []
    card.watch(lambda: told.append(card.ready))
    card.insert(False)
    assert not card.mounted
    assert slot.names() == []
    assert card.space().total_bytes == 0
    with pytest.raises(CardError, match="there is no SD card"):
        async with card.writing():
            pass
    slot.put(1)
    card.insert(True)
    await card.wait_until_read()
    assert slot.names() == ["ipcamd-06152025-150640.avi", "ipcamd-06152025-150740.avi"]
    assert told == [False, False, True]
    assert [what for what, _ in slot.notes] == ["sdcard removed", "sdcard inserted"]


async def test_a_vanished_and_a_replaced_card_are_noticed(slot: CardSlot) -> None:
    slot.put(0)
    card = await slot.start()
    slot.root.rename(slot.root.with_name("pulled"))
    assert not await card.look()
    assert slot.names() == []
    slot.put(7)
    assert await card.look()
    await card.wait_until_read()
    assert slot.names() == ["ipcamd-06152025-151340.avi"]


async def test_without_a_slot_there_is_nothing(slot: CardSlot) -> None:
    card = Card(None, RecordingIndex(slot.database), lambda: "stop", lambda: None)  # type: ignore[arg-type,return-value]
    await card.start()
    card.insert(True)
    assert (card.slot, await card.look(), card.ready, card.space().total_bytes) == (False, False, False, 0)
    with pytest.raises(CardError):
        await card.format()


async def test_its_size_can_be_smaller_than_the_disk(slot: CardSlot) -> None:
    slot.put(0)
    card = await slot.start()
    card.limit_bytes = 1 << 20
    space = card.space()
    assert (space.total_bytes, space.free_bytes) == (1 << 20, (1 << 20) - len(AVI))


async def test_recycling_deletes_the_oldest_first(slot: CardSlot) -> None:
    for number in (3, 1, 2):
        slot.put(number, size=95_000)
    slot.put(0, "event", size=95_000)
    card = await slot.start()
    card.limit_bytes = 410_000
    assert await card.make_room(60_000)
    assert slot.names("event") == []
    assert [name[-10:-6] for name in slot.names()] == ["1507", "1508", "1509"]
    assert await card.make_room(150_000)
    assert [name[-10:-6] for name in slot.names()] == ["1508", "1509"]
    assert len(list(slot.root.rglob("*.avi"))) == 2
    assert not await card.make_room(1 << 20)


def make_small(slot: CardSlot, size_bytes: int) -> None:
    """Let the card's file system be so small."""
    disk = slot.card.disk
    assert disk
    disk.space = lambda: (size_bytes, size_bytes - sum(p.stat().st_size for p in slot.root.rglob("*.avi")))  # type: ignore[method-assign]


async def test_nothing_is_recycled_before_the_card_has_been_looked_through(
    slot: CardSlot, held: threading.Event
) -> None:
    paths = [slot.put(number, size=95_000) for number in (2, 1)]
    make_small(slot, 250_000)
    await slot.card.start()
    await until(lambda: slot.card.ready)
    assert await slot.card.make_room(20_000)  # data that fits can be written
    with pytest.raises(CardBusy, match="no file can be deleted until"):
        await slot.card.make_room(100_000)
    assert all(path.exists() for path in paths)
    held.set()
    await slot.card.wait_until_read()
    assert await slot.card.make_room(100_000)
    assert [path.exists() for path in paths] == [True, False]


async def test_a_clip_waits_until_deletable_files_are_known(
    slot: CardSlot, held: threading.Event, tmp_path: Path
) -> None:
    slot.put(1, size=95_000)
    make_small(slot, 100_000)
    await slot.card.start()
    await until(lambda: slot.card.ready)
    (tmp_path / "clip").write_bytes(AVI + bytes(50_000))
    keeping = asyncio.create_task(slot.card.add_clip(Clip(tmp_path / "clip")))
    done, _ = await asyncio.wait({keeping}, timeout=0.1)
    assert not done
    held.set()
    assert await keeping == "ipcamd-06152025-150640.avi"
    assert slot.names() == []


async def test_stopping_deletes_nothing(slot: CardSlot, tmp_path: Path) -> None:
    slot.put(0, size=95_000)
    card = await slot.start()
    card.limit_bytes, slot.policy = 100_000, "stop"
    told: list[bool] = []
    card.watch(lambda: told.append(card.full))
    assert not await card.make_room(1000)
    assert told == [True]
    (tmp_path / "clip").write_bytes(AVI)
    with pytest.raises(CardError, match="full"):
        await card.add_clip(Clip(tmp_path / "clip"))
    assert len(slot.names()) == 1


async def test_a_recording_in_progress_is_not_recycled(slot: CardSlot) -> None:
    card = await slot.start()
    card.index.put(Recording("record", "ipcamd-06152025-150640.avi", 100, 0, NOON, NOON, True))
    assert card.index.oldest() is None


async def test_clips_are_kept_under_free_names(slot: CardSlot, tmp_path: Path) -> None:
    card = await slot.start()
    (tmp_path / "clip").write_bytes(AVI)
    kept = [await card.add_clip(Clip(tmp_path / "clip", started_ns=NOON + number)) for number in range(3)]
    assert kept == slot.names("event")
    assert await card.add_clip(Clip(tmp_path / "clip", started_ns=NOON + 1)) == kept[1]
    assert [name[-10:-4] for name in slot.names("event")] == ["150640", "150641", "150642"]
    for number in range(2):
        await card.add_clip(Clip(tmp_path / "clip", "ipcamd-06152025-235959.jpg", started_ns=NOON + SECOND - number))
    assert [name[-19:] for name in slot.names("event")][3:] == ["06152025-235959.jpg", "06162025-000000.jpg"]
    await slot.again()
    assert len(slot.names("event")) == 5


async def test_a_clip_is_not_kept_twice(slot: CardSlot, tmp_path: Path) -> None:
    card = await slot.start()
    (tmp_path / "clip").write_bytes(AVI)
    await asyncio.gather(*(card.add_clip(Clip(tmp_path / "clip")) for _ in range(3)))
    assert len(slot.names("event")) == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "clip.avi", ""])
async def test_clips_with_other_names_are_refused(slot: CardSlot, tmp_path: Path, name: str) -> None:
    card = await slot.start()
    (tmp_path / "clip").write_bytes(AVI)
    with pytest.raises(CardError):
        await card.add_clip(Clip(tmp_path / "clip", name))
    assert [path.name for path in slot.root.rglob("*")] == ["record", "event"] or len(list(slot.root.rglob("*"))) == 2


async def test_formatting_waits_for_what_is_being_written(slot: CardSlot) -> None:
    slot.put(0)
    card = await slot.start()
    async with card.writing():
        task = asyncio.create_task(card.format())
        await until(lambda: not card.ready)
        with pytest.raises(CardError, match="already in progress"):
            await card.format()
        assert not task.done()
    await task
    assert card.ready
    assert slot.names() == []
    assert list(slot.root.rglob("*.avi")) == []
    await slot.again()
    assert slot.names() == []


async def test_a_recording_left_behind_is_learnt(slot: CardSlot) -> None:
    card = await slot.start()
    whole = avi_file(pictures(codecs.H264), codecs.H264, closed=False)
    path = slot.put(0, data=whole[:-100])
    await card.rescan("record", path.name)
    assert slot.names() == [path.name]
    assert playable(path) == ""
    await card.rescan("record", "ipcamd-06152025-235959.avi")


async def test_a_file_that_another_program_deleted(slot: CardSlot) -> None:
    path = slot.put(0)
    card = await slot.start()
    recording = card.index.get("record", path.name)
    assert recording
    path.unlink()
    with pytest.raises(FileNotFoundError):
        await card.open(recording)
    await card.delete(recording)
    assert slot.names() == []


def many(count: int) -> list[Recording]:
    names = (
        f"ipcamd-{1 + n // 3000 % 12:02}{1 + n // 100 % 28:02}2025-{n % 24:02}{n % 60:02}{n % 59:02}.avi"
        for n in range(count)
    )
    return [Recording("record", name, 1, 1, NOON + n * MINUTE, NOON + n * MINUTE) for n, name in enumerate(names)]


async def test_a_page_of_ten_thousand(slot: CardSlot) -> None:
    index = RecordingIndex(slot.database)
    index.put(*many(10_000))
    page = index.sorted_page("record", NOON, NOON + 20_000 * MINUTE, start=5000, count=20)
    assert len(page.recordings) == 20
    assert page.total == len(index)


async def test_the_order_of_a_page(slot: CardSlot) -> None:
    slot.put(2, model="a")
    slot.put(1, model="b")
    slot.put(3, model="c")
    await slot.start()
    page = slot.card.index.sorted_page

    def models(**options: bool) -> str:
        return "".join(recording.name[0] for recording in page("record", **options).recordings)

    assert models() == "abc"
    assert models(descending=True) == "cba"
    assert models(by_time=True) == "bac"
    assert models(by_time=True, descending=True) == "cab"
    assert page("record", NOON, NOON + MINUTE).total == 1
    assert page("record", NOON + MINUTE, NOON + MINUTE).total == 1
    assert page("record", NOON + MINUTE + 1).total == 2
    assert (page("record", start=1, count=1).total, len(page("record", start=1, count=1).recordings)) == (3, 1)
    assert page("record", start=99, count=20).recordings == ()


def held(path: Path) -> bool:
    return path.resolve() in {file.resolve() for file in Path("/proc/self/fd").iterdir()}


async def test_an_abandoned_file_is_closed(slot: CardSlot, monkeypatch: pytest.MonkeyPatch) -> None:
    path = slot.put(0)
    card = await slot.start()
    (known,) = card.index
    assert card.disk
    opened, begun, go, done = card.disk.open, threading.Event(), threading.Event(), threading.Event()

    def slow(*place: str) -> int:
        begun.set()
        go.wait(60)
        fd = opened(*place)
        done.set()
        return fd

    monkeypatch.setattr(card.disk, "open", slow)
    opening = asyncio.ensure_future(card.open(known))
    await asyncio.to_thread(begun.wait, 30)
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    go.set()
    await asyncio.to_thread(done.wait, 30)
    async with asyncio.timeout(30):
        while held(path):  # noqa: ASYNC110 - nothing tells when the thread has let go of it
            await asyncio.sleep(0)


async def test_an_impossible_card_is_reported_with_the_reason(slot: CardSlot, caplog: pytest.LogCaptureFixture) -> None:
    slot.root.write_text("a file")
    await slot.start()
    assert f"{slot.root} cannot be the SD card: it is not a directory" in caplog.text


async def test_an_unwritable_card_is_reported_with_the_reason(
    slot: CardSlot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    await slot.start()
    assert f"{slot.root} cannot be the SD card: it cannot be written" in caplog.text


async def test_a_missing_or_working_card_is_no_failure(slot: CardSlot, caplog: pytest.LogCaptureFixture) -> None:
    await slot.start()
    slot.card.insert(False)
    await slot.start()
    assert caplog.text == ""
