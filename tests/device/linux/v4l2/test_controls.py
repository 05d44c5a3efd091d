"""Controls of the stand-in for a V4L2 camera: ranges, values, several at once, and faults."""

import asyncio
import threading
from pathlib import Path

import pytest
from tests.device.linux.fake_camera import FOCUS, IR_CUT, PAN, PAN_RESET, TILT, Control, FakeControls

from ipcamd.device.linux.device_thread import DeviceThread
from ipcamd.device.linux.v4l2.controls import V4l2Controls
from ipcamd.errors import RequestFailed

SCRIPT = """
import asyncio
from pathlib import Path
from ipcamd.device.linux.v4l2.controls import ControlId, V4l2Controls
from ipcamd.errors import RequestFailed

controls = V4l2Controls("/dev/video77", hang_s=20)

async def said(action):
    try:
        return await action
    except RequestFailed as error:
        return str(error)

async def main():
    pass

"""
FULL = (
    Control(PAN, "Pan, Absolute", -36000, 36000, 3600, 0, rate=7200),
    Control(TILT, "Tilt, Absolute", -18000, 18000, 3600),
    Control(PAN_RESET, "Pan, Reset", 0, 0),
    Control(FOCUS, "Focus, Absolute", 0, 250, 5, 40),
    Control(IR_CUT, "IR Cut Filter", 0, 1, 1, 1),
)


@pytest.fixture
def device(tmp_path: Path) -> FakeControls:
    return FakeControls(tmp_path, *FULL)


def run(device: FakeControls, fakecam: Path, *lines: str) -> list[str]:
    body = "\n".join(f"    {line}" for line in lines)
    return device.run(fakecam, f"{SCRIPT}{body}\nasyncio.run(main())").splitlines()


@pytest.mark.slow
def test_ranges_values_and_several_at_once(device: FakeControls, fakecam: Path) -> None:
    said = run(
        device,
        fakecam,
        "ranges = await controls.ranges()",
        "print([(r.name, r.minimum, r.maximum, r.step, r.default, r.is_readable) for r in ranges.values()])",
        "print(await controls.get(ControlId.FOCUS_ABSOLUTE, ControlId.TILT_ABSOLUTE))",
        "await controls.set({ControlId.PAN_ABSOLUTE: 36000, ControlId.TILT_ABSOLUTE: -3600})",
        "print(await controls.get(ControlId.TILT_ABSOLUTE))",
        "print(await said(controls.set({ControlId.FOCUS_ABSOLUTE: 10, ControlId.PAN_ABSOLUTE: 99999})))",
        "print(await said(controls.get(ControlId.ZOOM_ABSOLUTE)))",
    )
    assert said[0] == str(
        [
            ("ir_cut_filter", 0, 1, 1, 1, True),
            ("pan_reset", 0, 0, 1, 0, False),
            ("pan_absolute", -36000, 36000, 3600, 0, True),
            ("tilt_absolute", -18000, 18000, 3600, 0, True),
            ("focus_absolute", 0, 250, 5, 40, True),
        ]
    )
    assert said[1:3] == ["(40, 0)", "(-3600,)"]
    assert said[3].startswith("/dev/video77: Numerical result out of range")
    assert said[4].startswith("/dev/video77: Invalid argument")
    assert (device.target(PAN), device.target(TILT), device.target(FOCUS)) == (36000, -3600, 40)


@pytest.mark.slow
def test_a_removed_a_hanging_and_a_returning_camera(device: FakeControls, fakecam: Path) -> None:
    said = run(
        device,
        fakecam,
        f"mishap = Path({str(device.mishap)!r})",
        "focus = ControlId.FOCUS_ABSOLUTE",
        "print(await said(controls.get(focus)))",
        "mishap.write_text('g')",
        "print(await said(controls.get(focus)), await said(controls.set({focus: 5})))",
        "controls.close()",
        "hasty = V4l2Controls('/dev/video77', hang_s=1)",
        "mishap.write_text('h')",
        "print(*[await said(hasty.set({focus: 7})) for _ in range(3)])",
        "mishap.unlink()",
        "while 'hangs' in (value := str(await said(hasty.get(focus)))): await asyncio.sleep(0.01)",
        "print(value)",
        "hasty.close()",
    )
    gone, hangs = "/dev/video77: no such device", "/dev/video77: it hangs"
    assert said == ["(40,)", f"{gone} {gone}", f"{hangs} {hangs} {hangs}", "(7,)"]
    assert device.sets(FOCUS) == 1, "a call that was given up was made later"


async def test_a_device_that_is_not_there_and_a_file_that_is_no_device(tmp_path: Path) -> None:
    with pytest.raises(RequestFailed, match="video9: no such device"):
        await V4l2Controls(str(tmp_path / "video9")).ranges()
    (tmp_path / "file").touch()
    with pytest.raises(RequestFailed, match="file: it is not such a device"):
        await V4l2Controls(str(tmp_path / "file")).get(FOCUS)


async def test_calls_that_wait_behind_one_that_hangs_are_not_made(tmp_path: Path) -> None:
    thread, free, made = DeviceThread("motor", hang_s=0.05), threading.Event(), list[int]()
    first = asyncio.create_task(thread.run(lambda: free.wait(30)))
    second = asyncio.create_task(thread.run(lambda: made.append(2)))
    for task in (first, second):
        with pytest.raises(RequestFailed, match="motor: it hangs"):
            await task
    with pytest.raises(RequestFailed, match="motor: it hangs"):
        await thread.run(lambda: made.append(3))
    free.set()
    async with asyncio.timeout(20):
        while thread.hangs:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert await thread.run(lambda: 4) == 4
    assert made == []
