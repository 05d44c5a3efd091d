"""End of tasks: they are cancelled and awaited, whatever they raise."""

import asyncio

import pytest

from ipcamd.workers.tasks import end_tasks


async def test_tasks_are_cancelled_and_awaited() -> None:
    ended = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(name)
            raise OSError("of the end")

    tasks = [asyncio.create_task(work(name)) for name in "ab"]
    await asyncio.sleep(0)
    await end_tasks(None, *tasks)
    assert sorted(ended) == ["a", "b"]


async def test_an_ended_task_and_none_are_skipped() -> None:
    task = asyncio.create_task(asyncio.sleep(0, "done"))
    await task
    await end_tasks(None, task)
    await end_tasks()
    assert task.result() == "done"


async def test_a_cancelled_caller_is_cancelled() -> None:
    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await end_tasks(task)
