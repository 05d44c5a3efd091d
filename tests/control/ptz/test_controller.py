"""The controller with a virtual head, whose clock the test moves, and a database of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from ipcamd.control.motor_watch import MotorWatch
from ipcamd.control.ptz.controller import PtzController
from ipcamd.control.ptz.lock import PtzLock
from ipcamd.device.absent import AbsentPanTilt
from ipcamd.device.position import PtzPosition
from ipcamd.device.virtual.pan_tilt import VirtualPanTilt
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore


class SentBytesLine:
    """A serial line that records the sent bytes."""

    enabled = True

    def __init__(self) -> None:
        self.sent: list[object] = []
        self.unknown = ""

    def check(self, command: str) -> None:
        if command == self.unknown:
            raise RequestFailed(f"no {command}")

    async def send_move(self, direction: str, continuous: bool) -> None:
        self.sent.append((direction, continuous))

    async def send_preset(self, number: int, store: bool = False) -> None:
        self.sent.append((number, store))

    async def clear_preset(self, number: int) -> None:
        self.sent.append(("clear", number))

    async def send_external(self, number: int) -> None:
        self.sent.append(number)


class Rig:
    """Controller, and the reports it made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now_s = 0.0
        self.hardware = VirtualHardware()
        self.holds: list[float] = []
        self.notes: list[str] = []
        self.build()

    def build(self) -> None:
        self.database = Database(self.path / "ipcamd.db")
        self.settings = Settings(self.database, ALL_GROUPS, {})
        self.driver = VirtualPanTilt(self.hardware, lambda: self.now_s)
        self.key_values = KeyValueStore(self.database)
        self.motors = MotorWatch(self.driver, hold=self.holds.append)
        self.ptz = PtzController(
            self.driver, self.settings, self.key_values, self.motors, self.notes.append, self.take_thumbnail
        )
        self.ptz.start()

    async def take_thumbnail(self) -> bytes:
        raise RequestFailed("no picture")

    async def rest(self) -> PtzPosition:
        self.now_s += 60
        self.motors.check_rest()
        await self.motors.saved()
        return self.ptz.position

    async def close(self) -> None:
        self.ptz.close()
        await self.motors.close()

    async def restart(self) -> None:
        await self.close()
        self.database.close()
        self.build()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    await rig.close()
    rig.database.close()


async def test_the_first_pan_zooms_in_and_a_step_is_a_twentieth_of_the_range(rig: Rig) -> None:
    await rig.ptz.move("right")
    assert await rig.rest() == PtzPosition(10, 0, 1.5)
    await rig.ptz.move("upleft")
    assert await rig.rest() == PtzPosition(0, 10, 1.5)
    await rig.ptz.move("down")
    assert await rig.rest() == PtzPosition(0, 0, 1.5)
    await rig.ptz.go_home()
    assert await rig.rest() == PtzPosition(0, 0, 1)


async def test_a_continuous_move_goes_on_until_stop_or_the_limit(rig: Rig) -> None:
    await rig.ptz.set_speeds(1, 3, 3)
    await rig.ptz.move("right", continuous=True)
    rig.now_s += 2
    await rig.ptz.stop()
    assert 40 < (await rig.rest()).pan < 60
    await rig.ptz.move("left", continuous=True)
    assert (await rig.rest()).pan == -100


async def test_zoom_goes_on_until_stop_or_the_limit_and_has_any_value(rig: Rig) -> None:
    await rig.ptz.zoom(inwards=True)
    rig.now_s += 1
    await rig.ptz.stop()
    assert 1.5 < (await rig.rest()).zoom < 2.5
    await rig.ptz.zoom(inwards=True)
    assert (await rig.rest()).zoom == 4
    await rig.ptz.zoom_to(2.5)
    assert (await rig.rest()).zoom == 2.5


@pytest.mark.parametrize(("x", "y", "pan", "tilt"), [(50, 50, 20, -40), (100, 50, 100, -40), (0, 0, -80, 60)])
async def test_a_point_of_the_picture_is_centred(rig: Rig, x: float, y: float, pan: float, tilt: float) -> None:
    rig.driver.restore(PtzPosition(20, -40, 2))
    await rig.ptz.center(x, y)
    assert await rig.rest() == pytest.approx(PtzPosition(pan, tilt, 2))


async def test_motion_detection_rests_during_the_move(rig: Rig) -> None:
    await rig.ptz.set_speeds(1, 3, 3)
    await rig.ptz.move("right", continuous=True)
    assert rig.holds[-1] == pytest.approx(4.05 + 0.5, abs=0.2)


async def test_position_and_home_survive_a_restart(rig: Rig) -> None:
    await rig.ptz.go_to(PtzPosition(30, -20, 2))
    there = await rig.rest()
    await rig.ptz.set_home()
    await rig.ptz.go_to(PtzPosition(-100, 0, 3))
    await rig.rest()
    await rig.restart()
    assert rig.ptz.position == PtzPosition(-100, 0, 3)
    await rig.ptz.go_home()
    assert await rig.rest() == there


async def test_presets_keep_their_position_over_a_restart(rig: Rig) -> None:
    await rig.ptz.go_to(PtzPosition(30, -20, 2))
    await rig.rest()
    await rig.ptz.update_preset(3, "1|8|door")
    await rig.ptz.go_home()
    await rig.rest()
    await rig.restart()
    assert rig.settings["PTZ.PresetList"]["Preset3"] == "1|8|door"
    await rig.ptz.go_to_preset(3)
    assert await rig.rest() == PtzPosition(30, -20, 2)


async def test_a_preset_that_is_not_set_moves_nothing(rig: Rig) -> None:
    await rig.ptz.update_preset(2, "1|8|door")
    await rig.ptz.update_preset(4, "1|8|yard")
    await rig.ptz.update_preset(4, "0|5|")
    with pytest.raises(RequestFailed, match="ptzpreset=4: it is not set; set: 2"):
        await rig.ptz.go_to_preset(4)
    assert not rig.ptz.is_moving


async def test_a_preset_that_is_enabled_as_a_parameter_is_where_the_camera_looks(rig: Rig) -> None:
    rig.driver.restore(PtzPosition(50, 0, 2))
    await rig.settings.update([Change("PTZ.PresetList", "Preset1", "1|5|gate")])
    await rig.ptz.go_home()
    await rig.rest()
    await rig.ptz.go_to_preset(1)
    assert await rig.rest() == PtzPosition(50, 0, 2)


async def test_a_patrol_goes_by_number_survives_a_restart_and_ends_with_a_command(rig: Rig) -> None:
    with pytest.raises(RequestFailed, match="no preset is set"):
        await rig.ptz.start_patrol()
    for number, pan in ((5, 50), (2, -50)):
        rig.driver.restore(PtzPosition(pan, 0, 2))
        await rig.ptz.update_preset(number, "1|1|")
    rig.driver.restore(PtzPosition())
    await rig.ptz.start_patrol()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert rig.driver.target == PtzPosition(-50, 0, 2)
    await rig.restart()
    await asyncio.sleep(0)
    assert rig.ptz.state()["patrol"]
    await rig.ptz.move("up")
    assert not rig.ptz.state()["patrol"]
    await rig.rest()
    await rig.restart()
    assert not rig.ptz.state()["patrol"]


async def test_the_last_of_ten_simultaneous_commands_wins(rig: Rig) -> None:
    await asyncio.gather(*(rig.ptz.go_to(PtzPosition(10 * number, 0, 2)) for number in range(10)))
    assert await rig.rest() == PtzPosition(90, 0, 2)


async def test_a_failure_is_noted_once(rig: Rig) -> None:
    rig.hardware.apply({"ptz": "jam"})
    await rig.ptz.move("up")
    for _ in range(3):
        with pytest.raises(RequestFailed, match="the motor is blocked"):
            await rig.ptz.move("up")
    assert rig.notes == ["the motor is blocked"]
    await rig.ptz.calibrate()
    await rig.ptz.move("up")
    assert await rig.rest() == PtzPosition(0, 10, 1.5)


async def test_a_driver_that_hangs_fails_and_the_next_command_works(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.device.driver_guard.DRIVER_S", 0.01)

    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(rig.driver, "stop", hang)
    with pytest.raises(RequestFailed, match="does not answer"):
        await rig.ptz.stop()
    assert rig.notes == ["the pan-tilt head does not answer"]
    await rig.ptz.move("up")


async def test_a_timed_move_is_not_stopped_by_the_time_of_one_that_it_replaces(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_move, stops = rig.driver.move_to, list[None]()

    async def move_slowly(target: PtzPosition, pan_speed: int, tilt_speed: int) -> None:
        await asyncio.sleep(0)  # hardware takes time: the second move is requested meanwhile
        await begin_move(target, pan_speed, tilt_speed)

    async def stop() -> None:
        stops.append(None)

    monkeypatch.setattr(rig.driver, "move_to", move_slowly)
    monkeypatch.setattr(rig.driver, "stop", stop)
    await asyncio.gather(rig.ptz.drive((1, 0, 0), 1, 1, 0), rig.ptz.drive((-1, 0, 0), 1, 1, 3600))
    for _ in range(10):
        await asyncio.sleep(0)
    assert stops == []


async def test_with_a_serial_line_commands_go_out_on_it_too(rig: Rig) -> None:
    line = rig.ptz.serial = SentBytesLine()
    await rig.ptz.move("upleft")
    await rig.ptz.move("right", continuous=True)
    await rig.ptz.zoom(inwards=False)
    await rig.ptz.stop()
    await rig.ptz.go_home()
    await rig.ptz.update_preset(2, "1|5|x")
    await rig.ptz.go_to_preset(2)
    await rig.ptz.update_preset(2, "0|5|")
    await rig.ptz.send_external(4)
    assert line.sent == [
        ("upleft", False), ("right", True), ("zoomout", True), ("stop", False), ("home", False), (2, True), (2, False),
        ("clear", 2), 4,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unknown", "action"),
    [
        ("left", lambda ptz: ptz.move("left")),
        ("left", lambda ptz: ptz.turn("left", 5)),
        ("zoomin", lambda ptz: ptz.zoom(inwards=True)),
        ("home", lambda ptz: ptz.go_home()),
        ("home", lambda ptz: ptz.calibrate()),
        ("stop", lambda ptz: ptz.go_to_preset(1)),
        ("stop", lambda ptz: ptz.update_preset(1, "1|9|new")),
    ],
)
async def test_unsupported_serial_commands_move_no_head_and_change_nothing(
    rig: Rig, unknown: str, action: Callable[[PtzController], Awaitable[None]]
) -> None:
    await rig.ptz.update_preset(1, "1|5|old")
    rig.driver.restore(PtzPosition(20, 0, 2))
    await rig.ptz.start_patrol()
    line = rig.ptz.serial = SentBytesLine()
    line.unknown = unknown
    with pytest.raises(RequestFailed, match=f"no {unknown}"):
        await action(rig.ptz)
    assert (line.sent, rig.driver.target) == ([], PtzPosition(20, 0, 2))
    assert rig.settings["PTZ.PresetList"]["Preset1"] == "1|5|old"
    assert rig.ptz.state()["patrol"]
    assert rig.notes == [f"no {unknown}"]


async def test_a_head_that_fails_does_not_keep_the_other_moving(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise RequestFailed("no answer")

    line = rig.ptz.serial = SentBytesLine()
    monkeypatch.setattr(rig.driver, "stop", fail)
    with pytest.raises(RequestFailed, match="no answer"):
        await rig.ptz.stop()
    assert line.sent == [("stop", False)]


async def test_a_patrol_ends_with_its_last_preset(rig: Rig) -> None:
    await rig.ptz.update_preset(1, "1|5|")
    await rig.ptz.start_patrol()
    await rig.ptz.update_preset(1, "0|5|")
    assert not rig.ptz.state()["patrol"]
    await rig.ptz.update_preset(1, "1|5|")
    await rig.restart()
    assert not rig.ptz.state()["patrol"]


@pytest.mark.parametrize("held", [True, False])
async def test_a_lock_ends_a_continuous_move_and_no_other(rig: Rig, held: bool) -> None:
    if held:
        await rig.ptz.move("right", continuous=True)
    else:
        await rig.ptz.go_to(PtzPosition(100, 0, 2))
    rig.now_s += 1
    await rig.ptz.lock_for(60)
    assert (await rig.rest()).pan == pytest.approx(10, abs=9) if held else 100


async def test_the_rest_of_a_lock_is_shown_in_whole_minutes_then_in_tens_of_seconds(rig: Rig) -> None:
    shown = []
    for seconds in (300, 299, 61, 60, 51, 50, 1):
        rig.ptz.lock = PtzLock(lambda: 0.0)
        await rig.ptz.lock_for(seconds)
        shown.append(rig.ptz.state()["locked_s"])
    assert shown == [300, 300, 120, 60, 60, 50, 10]
    await rig.ptz.lock_for(0)
    assert rig.ptz.state()["locked_s"] == 0


async def test_without_any_head_nothing_is_supported(rig: Rig) -> None:
    ptz = PtzController(AbsentPanTilt(), rig.settings, rig.key_values, rig.motors)
    for action in (ptz.move("up"), ptz.stop(), ptz.go_home(), ptz.calibrate(), ptz.start_patrol(), ptz.set_home()):
        with pytest.raises(RequestFailed, match="not supported by this device"):
            await action
    ptz.serial = SentBytesLine()
    await ptz.move("up")
    assert ptz.is_supported
    with pytest.raises(RequestFailed, match="not supported by this device"):
        await ptz.set_home()  # the line's head has a fixed one


def test_only_administrators_pass_a_lock(rig: Rig) -> None:
    rig.ptz.lock.close(60)
    rig.ptz.lock.check(Rank.ADMIN)
    with pytest.raises(RequestFailed, match=r"locked by an administrator for [0-9]+ s more"):
        rig.ptz.lock.check(Rank.USERS)
    rig.ptz.lock.close(0)
    rig.ptz.lock.check(Rank.USERS)
