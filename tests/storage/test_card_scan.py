"""Scan of a card: unchanged, new, cut off, foreign and unreadable files."""

import errno
import os
import threading
from pathlib import Path

import pytest
from tests.storage.conftest import CardSlot
from tests.storage.test_card import AVI, many
from tests.wire.avi.avi_files import NOON, SECOND, avi_file, pictures, playable, seen
from tests.wire.mp4.mp4_files import mp4_file

from ipcamd.errors import CardBusy
from ipcamd.media import codecs
from ipcamd.storage.disk import Disk
from ipcamd.wire.avi.layout import HEAD
from ipcamd.wire.mp4.reader import read_content


async def test_existing_recordings_are_found(slot: CardSlot) -> None:
    slot.put(0)
    slot.put(1, "event")
    await slot.start()
    assert slot.names() == ["ipcamd-06152025-150640.avi"]
    assert slot.names("event") == ["ipcamd-06152025-150740.avi"]
    found = slot.card.index.get("record", "ipcamd-06152025-150640.avi")
    assert found
    assert (found.started_ns, found.ended_ns, found.size_bytes) == (NOON, NOON + SECOND // 10, len(AVI))


async def test_the_next_start_reads_only_what_changed(slot: CardSlot, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [slot.put(number) for number in range(5)]
    await slot.start()
    paths[1].unlink()
    paths[2].write_bytes(avi_file(pictures(codecs.JPEG, 6), codecs.JPEG))
    paths[3].write_bytes(b"x" * len(AVI))
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
    assert longer.ended_ns - longer.started_ns == SECOND // 5


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("codec", [codecs.H264, codecs.H265])
async def test_a_truncated_mp4_is_repaired(slot: CardSlot, codec: codecs.Codec, closed: bool) -> None:
    whole = mp4_file(pictures(codec, 150), codec, None, closed=closed)
    path = slot.put(0, data=whole[: len(whole) * 2 // 3])
    path = path.rename(path.with_suffix(".mp4"))
    await slot.start()
    assert playable(path) == ""
    found = slot.card.index.get("record", path.name)
    assert found
    assert found.size_bytes == path.stat().st_size
    assert SECOND / 2 < found.ended_ns - found.started_ns < 5 * SECOND
    assert found.started_ns == pytest.approx(NOON)
    data = path.read_bytes()
    mended = read_content(lambda place, length: data[place : place + length], len(data))
    assert (mended.end, mended.head) == (len(data), b"")  # it is closed
    assert len(seen(path)) == round((found.ended_ns - found.started_ns) * 30 / SECOND)


@pytest.mark.parametrize("closed", [False, True])
async def test_a_truncated_recording_is_repaired(slot: CardSlot, closed: bool) -> None:
    whole = avi_file(pictures(codecs.H264), codecs.H264, closed=closed)
    path = slot.put(0, data=whole[: len(whole) * 2 // 3])
    await slot.start()
    assert playable(path) == ""
    found = slot.card.index.get("record", path.name)
    assert found
    assert found.size_bytes == path.stat().st_size
    assert SECOND < found.ended_ns - found.started_ns < 2 * SECOND


@pytest.mark.parametrize("suffix", [".avi", ".mp4"])
async def test_a_whole_recording_that_may_not_be_written_is_listed(
    slot: CardSlot, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = avi_file if suffix == ".avi" else mp4_file
    path = slot.put(0, data=make(pictures(codecs.H264, 60), codecs.H264))
    name = path.rename(path.with_suffix(suffix)).name
    opened = Disk.open

    def open_to_read(disk: Disk, folder: str, name: str, *, change: bool = False) -> int:
        if change:
            raise PermissionError(errno.EPERM, "immutable")
        return opened(disk, folder, name)

    monkeypatch.setattr(Disk, "open", open_to_read)
    await slot.start()
    assert slot.names() == [name]


async def test_foreign_files_are_unchanged(slot: CardSlot) -> None:
    kept = [
        slot.put(0, data=os.urandom(5000)),
        slot.put(1, data=b"RIFF"),
        slot.put(2, data=AVI[:HEAD]).with_name("holiday.avi"),
    ]
    slot.put(2).rename(kept[2])
    slot.put(3, data=b"")
    slot.put(4, data=avi_file(pictures(codecs.JPEG, 3), codecs.JPEG)[: HEAD + 10])
    slot.put(5).rename(slot.root / "record" / "link-06152025-150640.avi")
    (slot.root / "record" / "loop-06152025-150640.avi").symlink_to("loop-06152025-150640.avi")
    os.mkfifo(slot.root / "record" / "pipe-06152025-150640.avi")
    await slot.start()
    assert slot.names() == ["link-06152025-150640.avi"]
    assert all(path.exists() for path in kept)
    # files without a picture are deleted
    assert len(list((slot.root / "record").iterdir())) == 6


async def test_another_camera_s_recording_counts_by_its_name(slot: CardSlot) -> None:
    foreign = b"RIFF" + (4000).to_bytes(4, "little") + b"AVI LIST" + bytes(4000)
    slot.put(0, data=foreign, model="SICPT501U")
    await slot.start()
    assert [(r.name, r.started_ns) for r in slot.card.index] == [("SICPT501U-06152025-150640.avi", NOON)]


@pytest.mark.parametrize("year", [b"0001", b"9998"])
async def test_an_impossible_time_is_ignored(slot: CardSlot, year: bytes) -> None:
    written = avi_file(pictures(codecs.JPEG, 3), codecs.JPEG)
    slot.put(0, data=written.replace(b"2025-06-15T", year + b"-06-15T"))
    slot.put(1).rename(slot.root / "record" / f"ipcamd-0615{year.decode()}-150640.avi")
    await slot.start()
    assert [r.started_ns for r in slot.card.index] == [NOON]
    assert [r.started_ns for r in await slot.card.index.load()] == [NOON]


async def test_an_impossible_length_is_measured_again(slot: CardSlot) -> None:
    whole = avi_file(pictures(codecs.JPEG, 3), codecs.JPEG)
    rate_and_slots = (30).to_bytes(4, "little") + bytes(4)
    place = whole.index(rate_and_slots) + len(rate_and_slots)
    slot.put(0, data=whole[:place] + b"\xff\xff\xff\xff" + whole[place + 4 :])
    await slot.start()
    assert [r.ended_ns - r.started_ns for r in slot.card.index] == [SECOND // 10]


async def test_waiting_for_the_card_to_be_read_has_an_end(slot: CardSlot, held: threading.Event) -> None:
    slot.put(1)
    await slot.card.start()
    assert await slot.card.look()
    with pytest.raises(CardBusy, match="the card is being read"):
        await slot.card.wait_until_read(0.01)
    slot.card.insert(False)  # then there is nothing to wait for
    await slot.card.wait_until_read(10)


async def test_a_card_that_cannot_be_read_is_tried_again(slot: CardSlot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.storage.card_scan.RETRY_S", 0.01)
    path, real, failing = slot.put(1), os.scandir, [True]

    def scandir(where: int) -> object:
        if failing:
            raise OSError(5, "Input/output error")
        return real(where)

    monkeypatch.setattr(os, "scandir", scandir)
    await slot.card.start()
    with pytest.raises(CardBusy, match="the card cannot be read: Input/output error"):
        await slot.card.wait_until_read(0.05)
    assert slot.card.problem == "the card cannot be read: Input/output error"
    failing.clear()
    await slot.card.wait_until_read(10)
    assert slot.names() == [path.name]


@pytest.mark.slow
async def test_ten_thousand_files_are_looked_through_in_the_background(slot: CardSlot) -> None:
    record = slot.root / "record"
    record.mkdir(parents=True)
    for recording in {r.name: r for r in many(10_000)}.values():
        (record / recording.name).write_bytes(AVI)
    await slot.card.start()
    assert not slot.card.ready
    await slot.card.wait_until_read()
    count = len(slot.names())
    assert count == len(list(record.iterdir()))
    await slot.again()
    assert len(slot.names()) == count
