"""Delivery worker: order, retries, and an immediate attempt after a changed setting."""

import asyncio
import threading
from pathlib import Path

import pytest
from tests.delivery.delivery_rig import PATIENCE, STALL, DeliveryRig, staged
from tests.delivery.fake_uploader import FakeUploader, hang_until_cut

from ipcamd.errors import DeliveryError, RequestFailed
from ipcamd.store.database import Database


async def ready(rig: DeliveryRig) -> None:
    await rig.set("FTP", Enable="yes")


async def test_in_order_despite_failures(tmp_path: Path) -> None:
    fake = FakeUploader()
    fake.troubles = [ConnectionResetError(), DeliveryError("no"), TimeoutError(), EOFError(), ValueError("odd")]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        for number in range(4):
            await rig.put("ftp", f"{number}.avi")
        for failed in range(1, 6):
            await rig.until(failed=failed)
            await rig.wake()
        await rig.until(done=4)
        assert [words.partition(";")[0] for words in rig.notes.failed] == [
            "0.avi: 127.0.0.1 closed the connection",
            "0.avi: no",
            "0.avi: 127.0.0.1:9 does not answer",
            "0.avi: 127.0.0.1 closed the connection",
            "0.avi: 127.0.0.1 sent an invalid answer (odd)",
        ]
        assert rig.notes.failed[1].endswith("; attempt 2, the next in 10 s")
        assert rig.pauses == [5, 10, 20, 40, 80]
    assert fake.names == [f"{number}.avi" for number in range(4)]
    assert fake.logins == 6
    assert fake.tried[:6] == [False, True, True, True, True, True]
    assert fake.tried[-1] is False


async def test_small_files_are_recorded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake, go, commits = FakeUploader(), threading.Event(), []
    fake.troubles = [lambda blocking: go.wait(30)]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        for number in range(13):
            await rig.put("ftp", f"{number}.avi")
        transact = Database._transact
        monkeypatch.setattr(Database, "_transact", lambda *work: (commits.append(1), transact(*work)))
        go.set()
        await rig.until(done=13)
        await rig.notes.flush()
    assert fake.names == [f"{number}.avi" for number in range(13)]
    assert len(commits) <= 6


async def test_items_delivered_before_a_failure_leave_the_queue(tmp_path: Path) -> None:
    fake, go = FakeUploader(), threading.Event()
    fake.troubles = [lambda blocking: go.wait(30), lambda blocking: None, DeliveryError("no")]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        for number in range(5):
            await rig.put("ftp", f"{number}.avi")
        go.set()
        await rig.until(done=2, failed=1)
        assert rig.notes.failed[0].startswith("2.avi: no; attempt 1")
        assert [done.split()[0] for done in rig.notes.done] == ["0.avi", "1.avi"]
        assert dict(rig.delivery.report())["FakeUploader"].startswith("3 waiting")
        await rig.wake()
        await rig.until(done=5)
    assert fake.names == [f"{number}.avi" for number in range(5)]
    assert fake.tried == [False, False, False, True, False, False]


async def test_an_evicted_item_is_dropped_or_delivered_but_not_both(tmp_path: Path) -> None:
    fake, first, second, busy = FakeUploader(), threading.Event(), threading.Event(), threading.Event()
    fake.troubles = [lambda blocking: first.wait(30), lambda blocking: (busy.set(), second.wait(30))]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.set("General", SpoolItems=4)
        await rig.put("ftp", "0.avi")
        await asyncio.to_thread(fake.busy.wait, 30)
        for number in range(1, 4):
            await rig.put("ftp", f"{number}.avi")
        first.set()
        assert await asyncio.to_thread(busy.wait, 30)  # now 1 is on its way, 2 and 3 are made ready
        for number in range(4, 7):
            await rig.put("ftp", f"{number}.avi")
        second.set()
        await rig.until(done=6, failed=1)
        assert dict(rig.delivery.report())["FakeUploader"].endswith("6 delivered, 1 dropped")
    assert [failed.split(",")[0] for failed in rig.notes.failed] == ["2.avi: dropped undelivered"]
    assert fake.names == [f"{number}.avi" for number in (0, 1, 3, 4, 5, 6)]


async def test_an_evicted_item_that_fails_is_dropped(tmp_path: Path) -> None:
    fake, go = FakeUploader(), threading.Event()

    def fail(blocking: object) -> None:
        go.wait(30)
        raise ConnectionResetError

    fake.troubles = [fail]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.set("General", SpoolItems=1)
        await rig.put("ftp", "0.avi")
        await asyncio.to_thread(fake.busy.wait, 30)
        await rig.put("ftp", "1.avi")
        go.set()
        await rig.wake()
        await rig.until(done=1, failed=1)
    assert [failed.split(",")[0] for failed in rig.notes.failed] == ["0.avi: dropped undelivered"]
    assert fake.names == ["1.avi"]


async def test_each_entry_names_the_schedule_and_the_target(tmp_path: Path) -> None:
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.put("ftp", "one.avi")
        await rig.until(done=1)
        (entry,) = await rig.notes.newest(9)
    assert (entry.what, entry.schedule) == ("FakeUploader", "night watch")
    assert entry.done.startswith("one.avi delivered, 0.0 MB in ")


async def test_the_same_failure_for_days_does_not_fill_the_log(tmp_path: Path) -> None:
    fake = FakeUploader()
    fake.troubles = [ConnectionRefusedError() for _ in range(200)] + [DeliveryError("full")]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.put("ftp", "one.avi")
        for _ in range(201):
            await rig.wake()
        await rig.until(done=1)
        assert 7 < len(rig.notes.failed) <= 7 + sum(rig.pauses) / 3600 + 1
        assert rig.notes.failed[-1].startswith("one.avi: full; attempt 201, ")


async def test_a_change_is_tried_at_once_even_while_an_attempt_hangs(tmp_path: Path) -> None:
    fake, never = FakeUploader(), threading.Event()
    fake.troubles = [lambda blocking: (blocking.on_abort(never.set), never.wait(), blocking.on_abort(never.set))]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.put("ftp", "one.avi")
        await asyncio.to_thread(fake.busy.wait, 30)
        await rig.set("FTP", Password="better")
        await rig.until(done=1)
        assert rig.pauses == []
        assert rig.notes.failed == []
    assert fake.names == ["one.avi"]


async def test_a_hanging_target_delays_neither_other_targets_nor_shutdown(tmp_path: Path) -> None:
    hanging, well, never = FakeUploader(), FakeUploader(), threading.Event()
    hanging.troubles = [lambda blocking: never.wait()]
    async with staged(tmp_path, {"ftp": hanging, "samba": well}) as rig:
        await ready(rig)
        await rig.put("ftp", "one.avi")
        await rig.put("samba", "two.avi")
        await rig.until(done=1)
        async with asyncio.timeout(30):
            await rig.delivery.close()
        assert well.names == ["two.avi"]
        assert hanging.names == []
    never.set()


async def test_an_attempt_that_stands_still_is_given_up(tmp_path: Path) -> None:
    fake = FakeUploader()
    fake.troubles = [hang_until_cut]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.put("ftp", "one.avi")
        await asyncio.to_thread(fake.busy.wait, PATIENCE)
        await rig.stall()
        assert "127.0.0.1:9 does not answer: no progress for 0.05 s" in rig.notes.failed[0]


async def test_one_that_gets_on_slowly_is_not_given_up(tmp_path: Path) -> None:
    fake, loop = FakeUploader(), asyncio.get_running_loop()

    def slow(blocking: object) -> None:
        for _ in range(10):
            asyncio.run_coroutine_threadsafe(rig.pass_time(0.9 * STALL), loop).result(PATIENCE)
            blocking.report_progress()  # type: ignore[attr-defined]

    fake.troubles = [slow]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.put("ftp", "one.avi")
        await rig.until(done=1)
        assert rig.notes.failed == []


async def test_every_talk_ends_with_its_thread(tmp_path: Path) -> None:
    fake = FakeUploader()
    fake.troubles = [ConnectionResetError()]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.put("ftp", "one.avi")
        await rig.wake()
        await rig.until(done=1)
        await rig.delivery.test("ftp")
    talks = [thread for thread in threading.enumerate() if thread.name == "deliver-ftp"]
    for thread in talks:
        await asyncio.to_thread(thread.join, 30)
    assert fake.logins == 3
    assert not any(thread.is_alive() for thread in talks)


async def test_addresses_that_the_camera_may_not_call(tmp_path: Path) -> None:
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}, allow_local=False) as rig:
        with pytest.raises(RequestFailed, match=r"127\.0\.0\.1: the camera may not call that"):
            await rig.delivery.test("ftp")
    assert fake.logins == 0


async def test_a_test_leaves_the_queue_unchanged_and_works_while_the_target_is_disabled(tmp_path: Path) -> None:
    fake = FakeUploader()
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await rig.delivery.test("ftp")
        assert [name.startswith("test-") for name in fake.names] == [True]
        assert not any((tmp_path / "spool").iterdir())
        assert rig.notes.entries == []


async def test_waiting_items_follow_a_successful_test(tmp_path: Path) -> None:
    fake = FakeUploader()
    fake.troubles = [DeliveryError("full"), DeliveryError("still full")]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.put("ftp", "one.avi")
        await rig.until(failed=1)
        with pytest.raises(RequestFailed, match="still full"):
            await rig.delivery.test("ftp")
        assert fake.names == []
        await rig.delivery.test("ftp")
        await rig.until(done=1)
    assert len(rig.pauses) == 1


async def test_one_test_at_a_time(tmp_path: Path) -> None:
    fake, never = FakeUploader(), threading.Event()
    fake.troubles = [lambda blocking: (blocking.on_abort(never.set), never.wait())]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        first = asyncio.create_task(rig.delivery.test("ftp"))
        await asyncio.to_thread(fake.busy.wait, 30)
        with pytest.raises(RequestFailed, match="another test of it is running"):
            await rig.delivery.test("ftp")
        never.set()
        await first


async def test_a_test_comes_to_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.delivery.target.target_test.TEST_TIMEOUT_S", 0.05)
    fake, begun, never = FakeUploader(), threading.Event(), threading.Event()
    fake.judge = lambda _: (fake.blocking.on_abort(never.set), begun.set(), never.wait())
    async with staged(tmp_path, {"ftp": fake}) as rig:
        while not begun.is_set():  # its time may be over before its thread has begun
            with pytest.raises(RequestFailed, match=r"FakeUploader timed out after 0\.05 s"):
                await rig.delivery.test("ftp")
    assert await asyncio.to_thread(never.wait, PATIENCE)


async def test_a_test_reports_a_failure_of_the_cameras_own_disk(tmp_path: Path) -> None:
    async with staged(tmp_path, {"ftp": FakeUploader()}) as rig:
        (tmp_path / "spool").rmdir()
        with pytest.raises(RequestFailed, match="the camera cannot write a file for the test: No such file"):
            await rig.delivery.test("ftp")


async def test_the_loop_is_free_meanwhile(tmp_path: Path) -> None:
    fake, held, go = FakeUploader(), threading.Event(), threading.Event()
    fake.troubles = [lambda blocking: (held.set(), go.wait())]
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await ready(rig)
        await rig.put("ftp", "one.avi")
        await asyncio.to_thread(held.wait, 30)
        go.set()  # this very line would not be reached
        await rig.until(done=1)


class PartlyRefusingTarget:
    """Target that refuses some files at each attempt."""

    def __init__(self, fake: FakeUploader, error: Exception, *names: str) -> None:
        self.error, self.names = error, set(names)
        fake.judge = self

    def __call__(self, names: list[str]) -> None:
        if self.names.intersection(names):
            raise self.error


async def put_all(rig: DeliveryRig, fake: FakeUploader, *names: str) -> None:
    """Queue files before the outcome of the first one is known."""
    go = threading.Event()
    fake.troubles = [lambda blocking: go.wait(30)]
    await ready(rig)
    for name in names:
        await rig.put("ftp", name)
    go.set()


async def test_an_item_that_is_refused_for_its_own_sake_does_not_block_the_others(tmp_path: Path) -> None:
    fake = FakeUploader()
    PartlyRefusingTarget(fake, DeliveryError("too large"), "bad.avi")
    async with staged(tmp_path, {"ftp": fake}) as rig:
        rig.restless = True
        await put_all(rig, fake, "bad.avi", *(f"{number}.avi" for number in range(4)))
        await rig.until(done=4)
        assert rig.notes.failed[-1] == (
            "bad.avi: dropped, since the target accepts other files but not this one: too large"
        )
        assert len(rig.notes.failed) == 4
        assert dict(rig.delivery.report())["FakeUploader"] == "0 waiting (0.0 MB), 4 delivered, 1 dropped"
    assert fake.names == [f"{number}.avi" for number in range(4)]


async def test_several_refused_items_in_a_row_block_no_other(tmp_path: Path) -> None:
    fake = FakeUploader()
    PartlyRefusingTarget(fake, DeliveryError("no"), "a.avi", "b.avi", "c.avi")
    async with staged(tmp_path, {"ftp": fake}) as rig:
        rig.restless = True
        await put_all(rig, fake, "a.avi", "b.avi", "c.avi", "d.avi", "e.avi")
        await rig.until(done=2)
        await rig.put("ftp", "f.avi")
        await rig.until(done=3)
        while rig.delivery._spool.waiting("ftp")[0]:
            await rig.put("ftp", "more.avi")
            await rig.until(done=len(rig.notes.done) + 1)
    assert fake.names[:3] == ["d.avi", "e.avi", "f.avi"]


async def test_while_the_target_takes_nothing_everything_waits(tmp_path: Path) -> None:
    fake = FakeUploader()
    picky = PartlyRefusingTarget(fake, DeliveryError("may not write"), *(f"{number}.avi" for number in range(4)))
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await put_all(rig, fake, *(f"{number}.avi" for number in range(4)))
        for _ in range(60):
            await rig.wake()
        await (
            rig.rest()
        )  # otherwise an attempt in progress might arrive although it is aborted, and its file would be sent twice
        assert dict(rig.delivery.report())["FakeUploader"].startswith("4 waiting")
        picky.names.clear()
        await rig.set("FTP", Password="now it may")
        await rig.until(done=4)
    assert fake.names == [f"{number}.avi" for number in range(4)]
    assert not any("dropped" in words for words in rig.notes.failed)


async def test_an_item_at_which_the_connection_always_breaks_waits_behind_the_others(tmp_path: Path) -> None:
    fake = FakeUploader()
    picky = PartlyRefusingTarget(fake, ConnectionResetError(), "bad.avi")
    async with staged(tmp_path, {"ftp": fake}) as rig:
        await put_all(rig, fake, "bad.avi", "0.avi", "1.avi")
        for _ in range(10):
            await rig.wake()
        await rig.until(done=2)
        await rig.put("ftp", "2.avi")  # at once, though the worker rests after the failure of the bad one
        await rig.until(done=3)
        picky.names.clear()
        await rig.put("ftp", "3.avi")
        await rig.until(done=5)
    assert fake.names[:3] == ["0.avi", "1.avi", "2.avi"]
    assert set(fake.names[3:]) == {"3.avi", "bad.avi"}


async def test_an_item_at_which_the_connection_always_breaks_is_dropped_in_the_end(tmp_path: Path) -> None:
    fake = FakeUploader()
    PartlyRefusingTarget(fake, ConnectionResetError(), "bad.avi")
    async with staged(tmp_path, {"ftp": fake}) as rig:
        rig.restless = True
        await put_all(rig, fake, "bad.avi", "0.avi")
        while not rig.notes.failed or "dropped" not in rig.notes.failed[-1]:
            rig.notes.more.clear()
            await rig.notes.more.wait()
    assert fake.names == ["0.avi"]


async def test_of_a_series_the_picture_that_is_refused_is_named_and_the_others_arrive(tmp_path: Path) -> None:
    fake = FakeUploader()
    fake.joins_series = False
    PartlyRefusingTarget(fake, DeliveryError("no"), "b.jpg")
    async with staged(tmp_path, {"ftp": fake}) as rig:
        rig.restless = True
        await ready(rig)
        await rig.put_pictures("ftp", a=b"1", b=b"2", c=b"3")
        await rig.put("ftp", "one.avi")
        await rig.until(done=3)
    assert all(words.startswith("b.jpg: ") for words in rig.notes.failed)
    assert {"a.jpg", "c.jpg", "one.avi"} == set(fake.names)
