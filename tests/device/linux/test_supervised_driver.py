"""Supervised driver with hardware that answers when the test lets it."""

import asyncio

from ipcamd.device.linux.supervised_driver import SupervisedDriver


class Relay(SupervisedDriver):
    """Hardware whose level is set slowly."""

    def __init__(self) -> None:
        super().__init__(check_s=3600)
        self.wanted, self.level = "low", ""
        self.free = asyncio.Event()
        self.free.set()
        self.begun = asyncio.Event()

    def set_level(self, level: str) -> None:
        self.wanted = level
        self._wake()

    async def _bring(self) -> None:
        level = self.wanted
        self.begun.set()
        await self.free.wait()
        self.level = level


async def test_a_change_during_a_check_is_made_before_the_end() -> None:
    relay = Relay()
    await relay.start(lambda _: None)
    relay.free.clear()
    relay.begun.clear()
    relay.set_level("high")
    await relay.begun.wait()
    relay.set_level("low")
    closing = asyncio.create_task(relay.close())
    await asyncio.sleep(0)
    relay.free.set()
    await closing
    assert relay.level == "low"
