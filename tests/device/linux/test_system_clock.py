"""The machine's clock, which no test may set: its two system calls are replaced."""

import errno
import os
import time
from pathlib import Path

import pytest

from ipcamd.device.clock import CameraClock
from ipcamd.device.linux.system_clock import SystemClock
from ipcamd.errors import RequestFailed, StoreError
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

HOUR_NS = 3600 * 10**9


class FakeSystemClock:
    """Offsets by which the clock was set or slewed."""

    def __init__(self) -> None:
        self.steps, self.slews = list[int](), list[int]()
        self.refuses = False

    def set_time(self, moment_ns: int) -> None:
        self._refuse()
        self.steps.append(round((moment_ns - time.time_ns()) / HOUR_NS))

    def slew_time(self, offset_ns: int) -> None:
        self._refuse()
        self.slews.append(offset_ns)

    def _refuse(self) -> None:
        if self.refuses:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))


async def test_it_is_set_and_slewed_or_refused_and_set_back_if_nothing_can_be_saved(tmp_path: Path) -> None:
    machine = FakeSystemClock()
    with Database(tmp_path / "ipcamd.db") as database:
        settings = Settings(database, ALL_GROUPS, {})
        clock = CameraClock(SystemClock(machine.set_time, machine.slew_time), lambda: settings["Time"])
        await settings.update((), clock.set(clock.now_ns() + 5 * HOUR_NS))
        await settings.update((), clock.slew(-300))
        assert (machine.steps, machine.slews) == ([5], [-300])
        machine.refuses = True
        with pytest.raises(RequestFailed, match="Operation not permitted"):
            await settings.update((), clock.set(0))
        machine.refuses = False
    with pytest.raises(StoreError):
        await settings.update((), clock.set(clock.now_ns() + 2 * HOUR_NS))
    assert machine.steps == [5, 2, -2]
