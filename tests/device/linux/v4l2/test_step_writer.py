"""Steps of a move on a slow device."""

import asyncio
from collections.abc import Callable

import pytest

from ipcamd.device.linux.v4l2.step_writer import StepWriter
from ipcamd.errors import RequestFailed


class Device:
    """A motor with so many steps to go; `during_last` is called while the last value is written."""

    def __init__(self, steps: int) -> None:
        self.steps, self.written = steps, 0
        self.during_last: Callable[[], None] = lambda: None
        self.fails = self.has_failed = False
        self.writer = StepWriter(self.write, lambda: self.steps > 0, self.note_failure, step_s=0)

    async def write(self) -> None:
        if self.fails:
            raise RequestFailed("gone")
        is_last = not self.steps
        await asyncio.sleep(0)
        self.written += 1
        self.steps = max(0, self.steps - 1)
        if is_last:
            during_last, self.during_last = self.during_last, lambda: None
            during_last()

    def note_failure(self) -> None:
        self.has_failed = True

    def move(self, steps: int) -> None:
        self.steps = steps
        self.writer.follow()

    async def rest(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)
        assert not self.writer.is_writing


async def test_the_last_place_is_written_too() -> None:
    device = Device(0)
    device.move(3)
    await device.rest()
    assert device.written == 4


async def test_a_move_that_begins_during_the_last_step_is_written() -> None:
    device = Device(0)
    device.during_last = lambda: device.move(5)
    device.move(2)
    await device.rest()
    assert (device.steps, device.written) == (0, 2 + 1 + 5 + 1)


async def test_a_failure_ends_the_move_and_the_next_one_works() -> None:
    device = Device(0)
    device.fails = True
    device.move(3)
    await device.rest()
    assert (device.has_failed, device.written) == (True, 0)
    device.fails = False
    device.move(3)
    await device.rest()
    assert device.written == 4


@pytest.mark.parametrize("moves", [True, False])
async def test_an_interruption_shows_whether_a_move_was_in_progress(moves: bool) -> None:
    device = Device(0)
    if moves:
        device.move(1000)
        await asyncio.sleep(0)
    assert await device.writer.cut() is moves
    assert not device.writer.is_writing
