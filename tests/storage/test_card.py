"""The card: what is on it, pulled out and put back, filled up, emptied."""

import asyncio
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.storage.conftest import Slot
from tests.wire.avi.films import NOON, SECOND, film, pictures, playable

from ipcamd.errors import CardError
from ipcamd.media import codecs
from ipcamd.storage.card import Card
from ipcamd.storage.index import Index
from ipcamd.storage.recording import Recording
from ipcamd.wire.avi.layout import HEAD

FILM = film(pictures(codecs.JPEG, 3), codecs.JPEG)
MINUTE = 60 * SECOND


@dataclass(frozen=True)
class Clip:
    path: Path
    name: str = "ipcamd-06152025-150640.avi"
    began: int = NOON
    ended: int = NOON + SECOND


async def test_what_is_on_it_is_found(slot: Slot) -> None:
    slot.put(0)
    slot.put(1, "event")
    await slot.start()
    assert slot.names() == ["ipcamd-06152025-150640.avi"]
    assert slot.names("event") == ["ipcamd-06152025-150740.avi"]
    found = slot.card.index.get("record", "ipcamd-06152025-150640.avi")
    assert found
    assert (found.began, found.ended, found.size) == (NOON, NOON + SECOND // 10, len(FILM))


async def test_the_next_start_reads_only_what_changed(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [slot.put(number) for number in range(5)]
    await slot.start()
    paths[1].unlink()
    paths[2].write_bytes(film(pictures(codecs.JPEG, 6), codecs.JPEG))
    paths[3].write_bytes(b"x" * len(FILM))
    os.utime(paths[3], ns=(1, 1))
    slot.put(9)
    looked: list[str] = []
    real = os.pread

    def pread(fd: int, length: int, place: int) -> bytes:
        looked.append(str(Path(f"/proc/self/fd/{fd}").readlink()))
        return real(fd, length, place)

    monkeypatch.setattr(os, "pread", pread)
    await slot.again()
    assert slot.names() == [f"ipcamd-06152025-15{minute:02}40.avi" for minute in (6, 8, 10, 15)]
    assert {Path(path).name[-10:-6] for path in looked} == {"1508", "1509", "1515"}
    longer = slot.card.index.get("record", paths[2].name)
    assert longer
    assert longer.ended - longer.began == SECOND // 5


@pytest.mark.parametrize("closed", [False, True])
async def test_a_film_that_was_cut_off_is_mended(slot: Slot, closed: bool) -> None:
    whole = film(pictures(codecs.H264), codecs.H264, closed=closed)
    path = slot.put(0, data=whole[: len(whole) * 2 // 3])
    await slot.start()
    assert playable(path) == ""
    found = slot.card.index.get("record", path.name)
    assert found
    assert found.size == path.stat().st_size
    assert SECOND < found.ended - found.began < 2 * SECOND


async def test_what_is_nothing_of_ours_is_left_alone(slot: Slot) -> None:
    kept = [
        slot.put(0, data=os.urandom(5000)),
        slot.put(1, data=b"RIFF"),
        slot.put(2, data=FILM[:HEAD]).with_name("holiday.avi"),
    ]
    slot.put(2).rename(kept[2])
    slot.put(3, data=b"")
    slot.put(4, data=film(pictures(codecs.JPEG, 3), codecs.JPEG)[: HEAD + 10])
    slot.put(5).rename(slot.root / "record" / "link-06152025-150640.avi")
    (slot.root / "record" / "loop-06152025-150640.avi").symlink_to("loop-06152025-150640.avi")
    os.mkfifo(slot.root / "record" / "pipe-06152025-150640.avi")
    await slot.start()
    assert slot.names() == ["link-06152025-150640.avi"]
    assert all(path.exists() for path in kept)
    # what never had a picture is cleared away
    assert len(list((slot.root / "record").iterdir())) == 6


async def test_another_camera_s_film_counts_by_its_name(slot: Slot) -> None:
    foreign = b"RIFF" + (4000).to_bytes(4, "little") + b"AVI LIST" + bytes(4000)
    slot.put(0, data=foreign, model="SICPT501U")
    await slot.start()
    assert [(r.name, r.began) for r in slot.card.index] == [("SICPT501U-06152025-150640.avi", NOON)]


@pytest.mark.parametrize("year", [b"0001", b"9998"])
async def test_a_time_that_cannot_be_is_not_believed(slot: Slot, year: bytes) -> None:
    written = film(pictures(codecs.JPEG, 3), codecs.JPEG)
    slot.put(0, data=written.replace(b"2025-06-15T", year + b"-06-15T"))
    slot.put(1).rename(slot.root / "record" / f"ipcamd-0615{year.decode()}-150640.avi")
    await slot.start()
    assert [r.began for r in slot.card.index] == [NOON]
    assert [r.began for r in await slot.card.index.stored()] == [NOON]


async def test_a_length_that_cannot_be_is_counted_anew(slot: Slot) -> None:
    whole = film(pictures(codecs.JPEG, 3), codecs.JPEG)
    rate_and_slots = (30).to_bytes(4, "little") + bytes(4)
    place = whole.index(rate_and_slots) + len(rate_and_slots)
    slot.put(0, data=whole[:place] + b"\xff\xff\xff\xff" + whole[place + 4 :])
    await slot.start()
    assert [r.ended - r.began for r in slot.card.index] == [SECOND // 10]


async def test_pulled_out_and_put_back(slot: Slot) -> None:
    slot.put(0)
    card = await slot.start()
    told: list[bool] = []
    card.watch(lambda: told.append(card.ready))
    card.insert(False)
    assert not card.mounted
    assert slot.names() == []
    assert card.space().total == 0
    with pytest.raises(CardError, match="there is no SD card"):
        async with card.using():
            pass
    slot.put(1)
    card.insert(True)
    await card.known()
    assert slot.names() == ["ipcamd-06152025-150640.avi", "ipcamd-06152025-150740.avi"]
    assert told == [False, False, True]
    assert [what for what, _ in slot.notes] == ["sdcard removed", "sdcard inserted"]


async def test_a_card_that_vanishes_and_another_that_comes_are_noticed(slot: Slot) -> None:
    slot.put(0)
    card = await slot.start()
    slot.root.rename(slot.root.with_name("pulled"))
    assert not card.look()
    assert slot.names() == []
    slot.put(7)
    assert card.look()
    await card.known()
    assert slot.names() == ["ipcamd-06152025-151340.avi"]


async def test_without_a_slot_there_is_nothing(slot: Slot) -> None:
    card = Card(None, Index(slot.database), lambda: "stop", lambda: None)  # type: ignore[arg-type,return-value]
    await card.start()
    card.insert(True)
    assert (card.slot, card.look(), card.ready, card.space().total) == (False, False, False, 0)
    with pytest.raises(CardError):
        await card.format()


async def test_its_size_can_be_smaller_than_the_disk(slot: Slot) -> None:
    slot.put(0)
    card = await slot.start()
    card.limit = 1 << 20
    space = card.space()
    assert (space.total, space.used) == (1 << 20, len(FILM))


async def test_recycling_deletes_the_oldest_first(slot: Slot) -> None:
    for number in (3, 1, 2):
        slot.put(number, size=95_000)
    slot.put(0, "event", size=95_000)
    card = await slot.start()
    card.limit = 410_000
    assert await card.make_room(60_000)
    assert slot.names("event") == []
    assert [name[-10:-6] for name in slot.names()] == ["1507", "1508", "1509"]
    assert await card.make_room(150_000)
    assert [name[-10:-6] for name in slot.names()] == ["1508", "1509"]
    assert len(list(slot.root.rglob("*.avi"))) == 2
    assert not await card.make_room(1 << 20)


async def test_stopping_deletes_nothing(slot: Slot, tmp_path: Path) -> None:
    slot.put(0, size=95_000)
    card = await slot.start()
    card.limit, slot.policy = 100_000, "stop"
    assert not await card.make_room(1000)
    (tmp_path / "clip").write_bytes(FILM)
    with pytest.raises(CardError, match="full"):
        await card.keep(Clip(tmp_path / "clip"))
    assert len(slot.names()) == 1


async def test_what_is_being_written_is_not_recycled(slot: Slot) -> None:
    card = await slot.start()
    card.index.put(Recording("record", "ipcamd-06152025-150640.avi", 100, 0, NOON, NOON, True))
    assert card.index.oldest() is None


async def test_clips_are_kept_under_free_names(slot: Slot, tmp_path: Path) -> None:
    card = await slot.start()
    (tmp_path / "clip").write_bytes(FILM)
    kept = [await card.keep(Clip(tmp_path / "clip", began=NOON + number)) for number in range(3)]
    assert kept == slot.names("event")
    assert await card.keep(Clip(tmp_path / "clip", began=NOON + 1)) == kept[1]
    assert [name[-10:-4] for name in slot.names("event")] == ["150640", "150641", "150642"]
    for number in range(2):
        await card.keep(Clip(tmp_path / "clip", "ipcamd-06152025-235959.jpg", began=NOON + SECOND - number))
    assert [name[-19:] for name in slot.names("event")][3:] == ["06152025-235959.jpg", "06162025-000000.jpg"]
    await slot.again()
    assert len(slot.names("event")) == 5


async def test_a_clip_is_not_kept_twice(slot: Slot, tmp_path: Path) -> None:
    card = await slot.start()
    (tmp_path / "clip").write_bytes(FILM)
    await asyncio.gather(*(card.keep(Clip(tmp_path / "clip")) for _ in range(3)))
    assert len(slot.names("event")) == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "clip.avi", ""])
async def test_clips_with_other_names_are_refused(slot: Slot, tmp_path: Path, name: str) -> None:
    card = await slot.start()
    (tmp_path / "clip").write_bytes(FILM)
    with pytest.raises(CardError):
        await card.keep(Clip(tmp_path / "clip", name))
    assert [path.name for path in slot.root.rglob("*")] == ["record", "event"] or len(list(slot.root.rglob("*"))) == 2


async def test_formatting_waits_for_what_is_being_written(slot: Slot) -> None:
    slot.put(0)
    card = await slot.start()
    async with card.using():
        task = asyncio.create_task(card.format())
        await asyncio.sleep(0)
        assert not card.ready
        with pytest.raises(CardError, match="formatted already"):
            await card.format()
        assert not task.done()
    await task
    assert card.ready
    assert slot.names() == []
    assert list(slot.root.rglob("*.avi")) == []
    await slot.again()
    assert slot.names() == []


async def test_a_film_left_behind_is_learnt(slot: Slot) -> None:
    card = await slot.start()
    whole = film(pictures(codecs.H264), codecs.H264, closed=False)
    path = slot.put(0, data=whole[:-100])
    await card.learn("record", path.name)
    assert slot.names() == [path.name]
    assert playable(path) == ""
    await card.learn("record", "ipcamd-06152025-235959.avi")


async def test_a_file_that_somebody_else_deleted(slot: Slot) -> None:
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


async def test_a_page_of_ten_thousand(slot: Slot) -> None:
    index = Index(slot.database)
    index.put(*many(10_000))
    page = index.page("record", NOON, NOON + 20_000 * MINUTE, start=5000, count=20)
    assert len(page.recordings) == 20
    assert page.total == len(index)


async def test_the_order_of_a_page(slot: Slot) -> None:
    slot.put(2, model="a")
    slot.put(1, model="b")
    slot.put(3, model="c")
    await slot.start()
    page = slot.card.index.page

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


@pytest.mark.slow
async def test_ten_thousand_files_are_looked_through_in_the_background(slot: Slot) -> None:
    record = slot.root / "record"
    record.mkdir(parents=True)
    for recording in {r.name: r for r in many(10_000)}.values():
        (record / recording.name).write_bytes(FILM)
    await slot.card.start()
    assert not slot.card.ready
    await slot.card.known()
    count = len(slot.names())
    assert count == len(list(record.iterdir()))
    await slot.again()
    assert len(slot.names()) == count


def held(path: Path) -> bool:
    return path.resolve() in {file.resolve() for file in Path("/proc/self/fd").iterdir()}


async def test_a_file_that_nobody_waits_for_is_not_left_open(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    path = slot.put(0)
    card = await slot.start()
    (known,) = card.index
    assert card.disk
    opened, begun, go, done = card.disk.open, threading.Event(), threading.Event(), threading.Event()

    def slow(*place: str) -> int:
        begun.set()
        go.wait(10)
        fd = opened(*place)
        done.set()
        return fd

    monkeypatch.setattr(card.disk, "open", slow)
    opening = asyncio.ensure_future(card.open(known))
    await asyncio.to_thread(begun.wait, 10)
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    go.set()
    await asyncio.to_thread(done.wait, 10)
    async with asyncio.timeout(2):
        while held(path):  # noqa: ASYNC110 - nothing tells when the thread has let go of it
            await asyncio.sleep(0)


async def test_a_card_that_cannot_be_one_is_told_why(slot: Slot, caplog: pytest.LogCaptureFixture) -> None:
    slot.root.write_text("a file")
    await slot.start()
    assert f"{slot.root} cannot be the SD card: it is not a directory" in caplog.text


async def test_a_card_that_cannot_be_written_is_told_why(
    slot: Slot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    await slot.start()
    assert f"{slot.root} cannot be the SD card: it cannot be written" in caplog.text


async def test_a_card_that_is_out_or_there_is_no_complaint(slot: Slot, caplog: pytest.LogCaptureFixture) -> None:
    await slot.start()
    slot.card.insert(False)
    await slot.start()
    assert caplog.text == ""
