"""The virtual head with a clock of the test's own."""

import pytest

from ipcamd.device.position import PtzPosition
from ipcamd.device.virtual.pan_tilt import VirtualPanTilt
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed


class PanTiltRig:
    def __init__(self) -> None:
        self.now_s = 1000.0
        self.hardware = VirtualHardware()
        self.driver = VirtualPanTilt(self.hardware, lambda: self.now_s)


@pytest.fixture
def head() -> PanTiltRig:
    return PanTiltRig()


@pytest.mark.parametrize(("speed", "duration_s"), [(3, 8), (2, 12), (1, 24)])
async def test_the_full_range_takes_its_time_at_each_speed(head: PanTiltRig, speed: int, duration_s: float) -> None:
    head.driver.restore(PtzPosition(-100, 100, 2))
    await head.driver.move_to(PtzPosition(100, -100, 2), speed, speed)
    assert head.driver.rest_in_s == pytest.approx(duration_s)
    steps, last = [], head.driver.position
    for _ in range(round(duration_s * 30)):
        head.now_s += 1 / 30
        steps.append(head.driver.position.pan - last.pan)
        last = head.driver.position
    assert last.pan == pytest.approx(100)
    assert last.tilt == pytest.approx(-100)
    assert min(steps) >= 0
    assert max(steps) < 0.02 * 200
    assert steps[0] < steps[len(steps) // 2] > steps[-1]


async def test_each_axis_has_its_speed(head: PanTiltRig) -> None:
    head.driver.restore(PtzPosition(0, 0, 2))
    await head.driver.move_to(PtzPosition(100, 100, 2), 3, 1)
    head.now_s += 2
    assert head.driver.position.pan == pytest.approx(50, abs=2)
    assert head.driver.position.tilt == pytest.approx(16.7, abs=1)


async def test_a_new_move_begins_where_the_head_is(head: PanTiltRig) -> None:
    head.driver.restore(PtzPosition(0, 0, 2))
    await head.driver.move_to(PtzPosition(100, 0, 2), 3, 3)
    head.now_s += 2
    before = head.driver.position
    await head.driver.move_to(PtzPosition(-100, 0, 2), 3, 3)
    assert head.driver.position == pytest.approx(before)
    head.now_s += 9
    assert head.driver.position == PtzPosition(-100, 0, 2)


async def test_stop(head: PanTiltRig) -> None:
    await head.driver.move_to(PtzPosition(100, 0, 4), 3, 3)
    head.now_s += 2
    await head.driver.stop()
    there = head.driver.target
    head.now_s += 5
    assert head.driver.rest_in_s == 0
    assert head.driver.position == there
    assert 40 < there.pan < 60


async def test_it_stays_within_its_limits(head: PanTiltRig) -> None:
    await head.driver.move_to(PtzPosition(500, -500, 9), 3, 3)
    head.now_s += 60
    assert head.driver.position == PtzPosition(100, -100, 4)
    state = head.hardware.state()
    assert (state["pan"], state["tilt"], state["zoom"]) == ("100", "-100", "4.00")


async def test_a_jam_is_noticed_at_the_second_action_and_calibration_frees_it(head: PanTiltRig) -> None:
    await head.driver.move_to(PtzPosition(100, 0, 2), 3, 3)
    head.now_s += 2
    head.hardware.apply({"ptz": "jam"})
    there = head.driver.position
    head.now_s += 2
    assert head.driver.position == there
    await head.driver.move_to(PtzPosition(), 3, 3)
    head.now_s += 9
    assert head.driver.position == there
    for _ in range(2):
        with pytest.raises(RequestFailed, match="the motor is blocked"):
            await head.driver.move_to(PtzPosition(), 3, 3)
    await head.driver.calibrate()
    assert head.hardware["ptz"] == "free"
    await head.driver.move_to(PtzPosition(), 3, 3)
    head.now_s += 9
    assert head.driver.position == PtzPosition()
