"""Autofocus of a virtual lens in real time; the test computes the sharpness of each picture."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from ipcamd.control.lens.controller import LensController
from ipcamd.control.motor_watch import MotorWatch
from ipcamd.device.motor_speeds import make_zoom
from ipcamd.device.position import LensPosition
from ipcamd.device.virtual.lens import DEPTH, VirtualLens
from ipcamd.device.virtual.zoom_tracking import best_focus
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.media.image.focus_meter import FocusMeter, FocusReading
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

pytestmark = pytest.mark.slow

WAIT_S = 30.0


class Rig:
    """A lens at a position, and a source of `rate` pictures per second."""

    def __init__(self, key_values: KeyValueStore, position: LensPosition, rate: float = 30) -> None:
        self.hardware, self.rate = VirtualHardware(), rate
        zoom = make_zoom()
        self.driver = VirtualLens(self.hardware, zoom)
        self.driver.restore(position)
        self.meter, self.notes = FocusMeter(), list[str]()
        motors, self.changed = MotorWatch(self.driver), asyncio.Event()
        motors.watch(self.changed.set)
        self.lens = LensController(self.driver, key_values, motors, self.meter, self.notes.append)

    async def show_pictures(self) -> None:
        while self.rate:
            await asyncio.sleep(1 / self.rate)
            viewed_s, blur = time.monotonic(), self.driver.blur
            if self.meter._deliver:
                self.meter._deliver(FocusReading(1000 / (1 + blur) ** 2, viewed_s - 0.1, viewed_s))

    async def end(self) -> None:
        async with asyncio.timeout(WAIT_S):
            while self.lens.is_busy:
                self.changed.clear()
                await self.changed.wait()

    async def focus(self) -> float:
        await self.lens.start_autofocus()
        await self.end()
        return self.lens.position.focus


@asynccontextmanager
async def showing(*rigs: Rig) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(rig.show_pictures()) for rig in rigs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for rig in rigs:
            with suppress(asyncio.CancelledError):
                await rig.lens.close()


@pytest.fixture
async def key_values(tmp_path: Path) -> AsyncIterator[KeyValueStore]:
    with Database(tmp_path / "ipcamd.db") as database:
        yield KeyValueStore(database)


async def test_it_finds_the_sharpest_picture_from_any_start_at_any_rate(key_values: KeyValueStore) -> None:
    starts = [(zoom, focus, 30.0) for zoom in (1.0, 2.5, 4.0) for focus in (0.0, 37.0, 49.0, 51.0, 80.0, 100.0)]
    starts += [(1.0, 0.0, 8.0), (4.0, 100.0, 60.0)]
    rigs = [Rig(key_values, LensPosition(zoom, focus), rate) for zoom, focus, rate in starts]
    async with showing(*rigs):
        found = await asyncio.gather(*(rig.focus() for rig in rigs))
    for (zoom, *start), focus in zip(starts, found, strict=True):
        assert abs(focus - best_focus(zoom)) < DEPTH + 0.2, (zoom, start)
    assert all(rig.lens.position.zoom == zoom for rig, (zoom, *_) in zip(rigs, starts, strict=True))


async def test_without_pictures_it_returns_to_where_it_was(
    key_values: KeyValueStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipcamd.control.lens.autofocus.FIRST_S", 0.1)
    assert await Rig(key_values, LensPosition(1, 37), rate=0).focus() == 37


async def test_it_measures_only_meanwhile_and_is_busy(key_values: KeyValueStore) -> None:
    rig = Rig(key_values, LensPosition(1, 37))
    async with showing(rig):
        await rig.lens.start_autofocus()
        await asyncio.sleep(0)
        assert (rig.meter.wanted, rig.lens.is_busy, rig.lens.state()["autofocus"]) == (True, True, True)
        await rig.end()
    assert (rig.meter.wanted, rig.lens.state()["autofocus"]) == (False, False)


async def test_a_jam_ends_it(key_values: KeyValueStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.device.virtual.lens.JAM_S", 0.5)
    rig = Rig(key_values, LensPosition(1, 37))
    async with showing(rig):
        await rig.lens.start_autofocus()
        rig.hardware.apply({"lens": "jam"})
        await rig.end()
    assert rig.notes == ["the motor is blocked"]


async def test_a_zoom_meanwhile_ends_it(key_values: KeyValueStore) -> None:
    rig = Rig(key_values, LensPosition(1, 0))
    async with showing(rig):
        await rig.lens.start_autofocus()
        await rig.driver.move_to(LensPosition(2, best_focus(2)))  # as the pan-tilt head does it
        await rig.end()
    assert rig.lens.position == LensPosition(2, best_focus(2))


async def test_shutdown_ends_it_and_the_next_start_has_the_focus_from_before(key_values: KeyValueStore) -> None:
    rig = Rig(key_values, LensPosition(1, 37))
    async with showing(rig):
        await rig.lens.start_autofocus()
        await asyncio.sleep(0)
        await rig.lens.close()
    assert not rig.meter.wanted
    assert rig.lens.position == LensPosition(1, 37)
