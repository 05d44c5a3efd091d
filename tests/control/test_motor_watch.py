"""Motor watch when the event loop ends."""

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable

from ipcamd.control.motor_watch import MotorWatch


def test_a_save_that_the_end_of_the_event_loop_prevents_leaves_no_coroutine_behind() -> None:
    saved: list[str] = []

    async def save() -> None:
        saved.append("position")

    async def end_at_once(action: Callable[[], Awaitable[None]]) -> None:
        MotorWatch().save(action)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(end_at_once(save))
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
    assert saved == []
