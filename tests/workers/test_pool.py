"""The pool of daemon threads."""

import asyncio
import threading

import pytest
from tests.workers.threads import no_threads_left

from ipcamd.workers.pool import WorkerPool


async def test_values_and_errors_come_back() -> None:
    pool = WorkerPool("test", 2)
    assert await pool.run(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await pool.run(lambda: 1 // 0)


async def test_a_call_ends_with_an_error_that_futures_do_not_accept() -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(WorkerPool("test", 1).run(lambda: next(iter(()))), 30)


async def test_no_more_threads_than_its_size_and_all_calls_are_made() -> None:
    pool, threads, gate = WorkerPool("test", 2), set[int](), threading.Barrier(2)

    def work() -> None:
        threads.add(threading.get_ident())
        gate.wait(30)

    await asyncio.gather(*(pool.run(work) for _ in range(6)))
    assert len(threads) == 2


async def test_a_call_that_hangs_delays_no_other_pool_and_not_the_exit() -> None:
    pool, hanging = WorkerPool("hung", 1), threading.Event()
    stuck = pool.run(lambda: hanging.wait(60))
    assert await WorkerPool("other", 1).run(lambda: 1) == 1
    assert [t.daemon for t in threading.enumerate() if t.name == "hung"] == [True]
    hanging.set()
    assert await stuck


async def test_threads_end_when_there_is_nothing_to_do() -> None:
    pool, found = WorkerPool("test", 1, idle_s=0.0), list[threading.Thread]()
    await pool.run(lambda: found.append(threading.current_thread()))
    await asyncio.to_thread(found[0].join, 30)
    assert not found[0].is_alive()
    assert await pool.run(lambda: 2) == 2


async def test_without_threads_a_call_is_refused_and_never_made_and_the_next_one_works() -> None:
    pool, called = WorkerPool("test", 1), list[int]()
    with no_threads_left():
        for _ in range(3):
            with pytest.raises(OSError, match="no more threads"):
                pool.run(lambda: called.append(1))
    await asyncio.wait_for(pool.run(lambda: called.append(2)), 30)
    assert called == [2]


async def test_without_a_further_thread_a_call_waits_for_one_that_is_there() -> None:
    pool, gate = WorkerPool("test", 2), threading.Event()
    first = pool.run(lambda: gate.wait(30))
    with no_threads_left():
        second = pool.run(lambda: 2)
    gate.set()
    assert await asyncio.wait_for(second, 30) == 2
    assert await first
