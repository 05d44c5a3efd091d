"""The controller with a virtual lens, whose clock the test moves, and a database of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ipcamd.control.lens.controller import LensController, zoom_index_of
from ipcamd.control.motor_watch import MotorWatch
from ipcamd.control.ptz.controller import PtzController
from ipcamd.device.absent import AbsentLens
from ipcamd.device.motor_speeds import make_zoom
from ipcamd.device.position import LensPosition
from ipcamd.device.virtual.lens import VirtualLens
from ipcamd.device.virtual.pan_tilt import VirtualPanTilt
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed
from ipcamd.media.image.focus_meter import FocusMeter
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore


class Rig:
    """A lens and a head with one zoom, their controllers, and the reports of these."""

    def __init__(self, path: Path) -> None:
        self.path, self.now_s = path, 0.0
        self.hardware = VirtualHardware()
        self.holds: list[float] = []
        self.notes: list[str] = []
        self.build()

    def build(self) -> None:
        self.database = Database(self.path / "ipcamd.db")
        self.key_values, zoom = KeyValueStore(self.database), make_zoom(self._clock)
        self.driver = VirtualLens(self.hardware, zoom, self._clock)
        head = VirtualPanTilt(self.hardware, self._clock, zoom, self.driver.follow_zoom)
        self.motors = MotorWatch(self.driver, head, hold=self.holds.append)
        self.ptz = PtzController(head, Settings(self.database, ALL_GROUPS, {}), self.key_values, self.motors)
        self.lens = LensController(
            self.driver, self.key_values, self.motors, FocusMeter(), self.notes.append, now_s=self._clock
        )
        self.ptz.start()
        self.lens.start()

    def _clock(self) -> float:
        return self.now_s

    async def rest(self) -> LensPosition:
        self.now_s += 60
        self.motors.check_rest()
        await self.motors.saved()
        return self.lens.position

    async def close(self) -> None:
        await self.lens.close()
        await self.motors.close()
        self.database.close()

    async def restart(self) -> None:
        await self.close()
        self.build()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    await rig.close()


async def test_a_step_is_a_hundredth_of_the_range_and_ends_at_the_limit(rig: Rig) -> None:
    await rig.lens.step_focus(1)
    assert await rig.rest() == LensPosition(1, 51)
    await rig.lens.step_focus(-1)
    assert await rig.rest() == LensPosition(1, 50)
    rig.driver.restore(LensPosition(1, 100))
    await rig.lens.step_focus(1)
    assert await rig.rest() == LensPosition(1, 100)
    rig.driver.restore(LensPosition(1, 0.3))
    await rig.lens.step_focus(-1)
    assert await rig.rest() == LensPosition(1, 0)


async def test_zoom_has_seven_indexes_and_leaves_the_focus_alone(rig: Rig) -> None:
    for index, zoom in enumerate((1, 1.5, 2, 2.5, 3, 3.5, 4)):
        await rig.lens.zoom_to(index)
        assert await rig.rest() == LensPosition(zoom, 50)
        assert zoom_index_of(rig.lens.position) == index


async def test_an_action_while_a_motor_runs_is_refused_and_changes_nothing(rig: Rig) -> None:
    await rig.lens.zoom_to(6)
    assert rig.lens.is_busy
    for action in (rig.lens.step_focus(1), rig.lens.zoom_to(0), rig.lens.start_autofocus()):
        with pytest.raises(RequestFailed, match=r"^busy$"):
            await action
    assert await rig.rest() == LensPosition(4, 50)
    assert not rig.lens.is_busy
    await rig.ptz.zoom_to(1)
    with pytest.raises(RequestFailed, match=r"^busy$"):
        await rig.lens.zoom_to(2)


async def test_one_of_ten_simultaneous_actions_is_carried_out(rig: Rig) -> None:
    outcomes = await asyncio.gather(*(rig.lens.zoom_to(1 + n % 6) for n in range(10)), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["None"] + ["busy"] * 9
    assert await rig.rest() == LensPosition(1.5, 50)


async def test_motion_detection_rests_during_the_move(rig: Rig) -> None:
    await rig.lens.zoom_to(6)
    assert rig.holds[-1] == pytest.approx(3 + 0.5, abs=0.1)


async def test_the_position_survives_a_restart(rig: Rig) -> None:
    await rig.lens.zoom_to(2)
    await rig.rest()
    rig.driver.restore(LensPosition(2, 50))
    await rig.lens.step_focus(-1)
    await rig.rest()
    await rig.restart()
    assert rig.lens.position == LensPosition(2, 49)
    assert rig.ptz.position.zoom == 2
    await rig.ptz.zoom_to(4)
    await rig.rest()
    await rig.restart()
    assert rig.lens.position == LensPosition(4, 80)


async def test_after_a_power_cut_in_a_move_it_is_where_it_rested_last(rig: Rig, tmp_path: Path) -> None:
    await rig.lens.zoom_to(3)
    await rig.rest()
    await rig.lens.zoom_to(6)
    rig.now_s += 1
    rig.database.close()
    rig.build()
    assert rig.lens.position == LensPosition(2.5, 50)


async def test_a_jam_is_a_clear_error_and_one_line_in_the_event_log(rig: Rig) -> None:
    rig.hardware.apply({"lens": "jam"})
    await rig.lens.zoom_to(3)
    assert rig.lens.is_busy
    with pytest.raises(RequestFailed, match=r"^busy$"):
        await rig.lens.zoom_to(3)
    rig.now_s += 5.1
    assert not rig.lens.is_busy
    for action in (rig.lens.zoom_to(3), rig.lens.step_focus(1), rig.lens.start_autofocus()):
        with pytest.raises(RequestFailed, match=r"^the motor is blocked$"):
            await action
    assert rig.lens.position == LensPosition(1, 50)
    assert rig.notes == ["the motor is blocked"]
    rig.hardware.apply({"lens": "free"})
    await rig.lens.zoom_to(3)
    assert await rig.rest() == LensPosition(2.5, 50)


async def test_a_driver_that_hangs_is_a_clear_error_and_the_next_action_works(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipcamd.device.driver_guard.DRIVER_S", 0.01)

    async def hang(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    with monkeypatch.context() as patch:
        patch.setattr(rig.driver, "move_to", hang)
        with pytest.raises(RequestFailed, match="the lens does not answer"):
            await rig.lens.zoom_to(3)
    assert rig.notes == ["the lens does not answer"]
    await rig.lens.zoom_to(3)
    assert await rig.rest() == LensPosition(2.5, 50)


async def test_without_a_lens_nothing_is_supported(rig: Rig) -> None:
    lens = LensController(AbsentLens(), rig.key_values, rig.motors, FocusMeter())
    for action in (lens.step_focus(1), lens.zoom_to(1), lens.start_autofocus()):
        with pytest.raises(RequestFailed, match="not supported by this device"):
            await action
    assert not lens.is_supported
