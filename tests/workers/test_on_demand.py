"""Threads that exist only while they have something to do."""

import asyncio
import threading
import time
from concurrent.futures import Future

import pytest
from tests.workers.threads import no_threads_left

from ipcamd.workers.executor import DaemonExecutor
from ipcamd.workers.on_demand import OnDemandThread


def test_a_thread_starts_when_woken_and_ends_with_its_work() -> None:
    worked, go_on = threading.Semaphore(0), threading.Semaphore(0)

    def work() -> None:
        worked.release()
        go_on.acquire()

    thread = OnDemandThread("once", work)
    assert not [t for t in threading.enumerate() if t.name == "once"]
    thread.wake()
    assert worked.acquire(timeout=30)
    thread.wake()  # meanwhile: the work is done once more, by the same thread
    (running,) = [t for t in threading.enumerate() if t.name == "once"]
    assert running.daemon
    go_on.release()
    assert worked.acquire(timeout=30)
    go_on.release()
    thread.join(time.monotonic() + 10)
    running.join(30)
    assert not running.is_alive()
    thread.wake()
    assert worked.acquire(timeout=30)
    go_on.release()


async def test_the_executor_serves_the_event_loop() -> None:
    asyncio.get_running_loop().set_default_executor(DaemonExecutor())
    assert await asyncio.to_thread(pow, 2, 10) == 1024
    assert await asyncio.to_thread(lambda: threading.current_thread().daemon)
    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(lambda: 1 // 0)


def test_an_abandoned_call_is_not_made() -> None:
    executor, gate, called = DaemonExecutor(), threading.Event(), list[int]()
    busy = [executor.submit(gate.wait, 30) for _ in range(16)]
    given_up: Future[None] = executor.submit(called.append, 1)
    assert given_up.cancel()
    gate.set()
    assert all(one.result(30) for one in busy)
    assert executor.submit(lambda: called).result(30) == []


def test_work_that_fails_is_logged_once_and_done_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ipcamd.workers.on_demand.RETRY_S", 0.0)
    failures, worked = [MemoryError(), OSError(24, "Too many open files")], threading.Semaphore(0)

    def work() -> None:
        if failures:
            raise failures.pop()
        worked.release()

    OnDemandThread("short", work).wake()
    assert worked.acquire(timeout=30)
    assert [record.getMessage() for record in caplog.records] == [
        "thread short failed and tries again: OSError(24, 'Too many open files')"
    ]


def test_a_thread_that_could_not_be_started_is_started_by_the_next_call() -> None:
    worked = threading.Semaphore(0)
    thread = OnDemandThread("late", worked.release)
    with no_threads_left():
        thread.wake()
    assert not worked.acquire(blocking=False)
    thread.wake()
    assert worked.acquire(timeout=30)
