"""Step writer: writes the path of a move to a device in small steps."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from ipcamd.errors import RequestFailed
from ipcamd.workers.tasks import end_tasks

PAN_TILT_STEP_INTERVAL_S = 0.05
"""Seconds between two steps of a head's move."""
LENS_STEP_INTERVAL_S = 0.04
"""Seconds between two steps of a lens's move."""


class StepWriter:
    """Writer of one device's moves. For the event loop."""

    def __init__(
        self,
        write: Callable[[], Awaitable[None]],
        is_moving: Callable[[], bool],
        fail: Callable[[], None],
        step_s: float,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`write` writes the present positions, and raises ``RequestFailed``; then `fail` is called, and the move ends.
        A step is made every `step_s`; `now_s` is a monotonic clock, in seconds. `is_moving` returns whether another
        step is needed."""
        self._write, self._is_moving, self._fail = write, is_moving, fail
        self._step_s, self._now_s = step_s, now_s
        self._task: asyncio.Task[None] | None = None
        self.ended_s = 0.0
        """End of the last move."""

    @property
    def is_writing(self) -> bool:
        """Whether a move is in progress, or its last step is not yet written."""
        return self._task is not None

    @property
    def rest_in_s(self) -> float:
        """Interval of the steps while writing, else 0: the device does not stop earlier."""
        return self._step_s if self._task else 0.0

    def follow(self) -> None:
        """Write the path of the move that has begun, or changed."""
        if not self._task:
            self._task = asyncio.get_running_loop().create_task(self._follow())

    async def cut(self) -> bool:
        """Stop writing; return whether a move was in progress."""
        task = self._task
        await end_tasks(task)
        return task is not None

    async def _follow(self) -> None:
        try:
            was_moving = True
            while was_moving or self._is_moving():  # a move may start while the last step is written
                was_moving = self._is_moving()
                await self._write()
                if was_moving:
                    await asyncio.sleep(self._step_s)
        except RequestFailed:
            self._fail()
        finally:
            self._task, self.ended_s = None, self._now_s()
