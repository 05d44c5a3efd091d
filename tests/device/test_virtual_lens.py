"""The virtual lens with a clock of the test's own."""

import pytest

from ipcamd.device.motor_speeds import make_zoom
from ipcamd.device.position import LensPosition, PtzPosition
from ipcamd.device.virtual.lens import VirtualLens
from ipcamd.device.virtual.pan_tilt import VirtualPanTilt
from ipcamd.device.virtual.zoom_tracking import best_focus
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import RequestFailed


class Rig:
    def __init__(self) -> None:
        self.now_s = 1000.0
        self.hardware = VirtualHardware()
        zoom = make_zoom(self._clock)
        self.lens = VirtualLens(self.hardware, zoom, self._clock)
        self.head = VirtualPanTilt(self.hardware, self._clock, zoom, self.lens.follow_zoom)

    def _clock(self) -> float:
        return self.now_s

    @property
    def position(self) -> LensPosition:
        return self.lens.position_at(self.now_s)


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_the_focus_motor_takes_its_time_for_its_range(rig: Rig) -> None:
    rig.lens.restore(LensPosition(1, 0))
    await rig.lens.move_to(LensPosition(1, 100))
    assert rig.lens.rest_in_s == pytest.approx(0.7)
    rig.now_s += 0.35
    assert rig.position.focus == pytest.approx(50)
    rig.now_s += 0.35
    assert (rig.position, rig.lens.rest_in_s) == (LensPosition(1, 100), 0)
    await rig.lens.move_to(LensPosition(1, 0), pace=0.25)
    assert rig.lens.rest_in_s == pytest.approx(2.5, rel=0.1)


async def test_the_picture_is_sharp_at_the_best_focus_of_the_zoom_alone(rig: Rig) -> None:
    assert rig.lens.blur == 0
    await rig.lens.move_to(LensPosition(4, best_focus(1)))
    rig.now_s += 9
    assert rig.lens.blur > 20
    await rig.lens.move_to(LensPosition(4, best_focus(4)))
    rig.now_s += 9
    assert rig.lens.blur == 0
    blurs = []
    for focus in (best_focus(4) + 5, best_focus(4) + 10, 100):
        await rig.lens.move_to(LensPosition(4, focus))
        rig.now_s += 9
        blurs.append(rig.lens.blur)
    assert 0 < blurs[0] < blurs[1] < blurs[2]


async def test_head_and_lens_have_one_zoom_and_the_head_keeps_it_in_focus(rig: Rig) -> None:
    await rig.lens.move_to(LensPosition(2.5, 50))
    rig.now_s += 9
    assert rig.head.position.zoom == 2.5
    assert rig.lens.blur > 0
    await rig.head.move_to(PtzPosition(0, 0, 4), 3, 3)
    rig.now_s += 9
    assert (rig.position, rig.lens.blur) == (LensPosition(4, best_focus(4)), 0)
    await rig.head.move_to(PtzPosition(0, 0, 1), 3, 3)
    for _ in range(30):
        rig.now_s += 0.1
        assert rig.lens.blur == 0
    assert rig.position == LensPosition(1, best_focus(1))
    assert [rig.hardware.state()[name] for name in ("zoom", "focus")] == ["1.00", "50"]


async def test_a_jammed_motor_is_busy_for_five_seconds_and_refuses_the_next_action(rig: Rig) -> None:
    await rig.lens.move_to(LensPosition(4, 0))
    rig.now_s += 0.2
    rig.hardware.apply({"lens": "jam"})
    there = rig.position
    rig.now_s += 4.9
    assert rig.lens.rest_in_s > 0
    rig.now_s += 0.2
    assert (rig.lens.rest_in_s, rig.position) == (0, there)
    for _ in range(2):
        with pytest.raises(RequestFailed, match="the motor is blocked"):
            await rig.lens.move_to(LensPosition())
    rig.hardware.apply({"lens": "free"})
    await rig.lens.move_to(LensPosition(1, 10))
    rig.now_s += 9
    assert rig.position == LensPosition(1, 10)
    rig.hardware.apply({"lens": "jam"})
    await rig.lens.move_to(LensPosition(1, 90))
    assert rig.lens.rest_in_s == pytest.approx(5)
    rig.now_s += 9
    assert rig.position == LensPosition(1, 10)


async def test_stop(rig: Rig) -> None:
    await rig.lens.move_to(LensPosition(4, 100))
    rig.now_s += 0.15
    await rig.lens.stop()
    there = rig.lens.target
    rig.now_s += 9
    assert rig.position == there
    assert 60 < there.focus < 95
    assert 1.05 < there.zoom < 1.6
