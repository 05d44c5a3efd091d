"""Pan-tilt head of the stand-in for a V4L2 camera: absolute, relative and speed controls, and faults."""

from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.device.linux.fake_camera import (
    FOCUS,
    PAN,
    PAN_RELATIVE,
    PAN_RESET,
    PAN_SPEED,
    TILT,
    TILT_RELATIVE,
    TILT_RESET,
    TILT_SPEED,
    ZOOM,
    Control,
    FakeControls,
)
from tests.e2e.camera import PASSWORD, CameraProcess, Client, eventually

pytestmark = pytest.mark.slow

ABSOLUTE = (
    Control(PAN, "Pan, Absolute", -36000, 36000, 360, 7200, rate=200_000),
    Control(TILT, "Tilt, Absolute", -18000, 18000, 360, 0, rate=200_000),
    Control(ZOOM, "Zoom, Absolute", 100, 400, 1, 100, rate=10_000),
)
HIDDEN = (
    Control(PAN, "", -36000, 36000, 1, 0, rate=200_000, hidden=True),
    Control(TILT, "", -18000, 18000, 1, 0, rate=200_000, hidden=True),
)
RELATIVE = (
    Control(PAN_RELATIVE, "Pan, Relative", -36000, 36000, 40),
    Control(TILT_RELATIVE, "Tilt, Relative", -18000, 18000, 40),
    Control(PAN_RESET, "Pan, Reset", 0, 0),
    Control(TILT_RESET, "Tilt, Reset", 0, 0),
)
SPEED = (
    Control(PAN_SPEED, "Pan, Speed", -10, 10, 1, 500),
    Control(TILT_SPEED, "Tilt, Speed", -10, 10, 1, 500),
)


def start(
    start_camera: StartCamera, device: FakeControls, library: Path, words: str = "", others: str = ""
) -> CameraProcess:
    file = device.path.with_name("camera.toml")
    head = f'[device]\nmodel = "linux"\npan-tilt = "/dev/video77{words}"\n{others}'
    file.write_text(f'source = "scene"\nadmin-password = "{PASSWORD}"\n{head}\n')
    return start_camera(f"--config={file}", environment=device.environment(library))


def ptz(client: Client, **command: object) -> int:
    return client.get("/cgi/ptz/ptz.cgi", **command).status


def test_a_head_with_positions(start_camera: StartCamera, fakecam: Path, tmp_path: Path) -> None:
    device = FakeControls(tmp_path, *ABSOLUTE)
    camera = start(start_camera, device, fakecam)
    client = camera.client
    assert "PT Support:Yes" in client.get("/cgi/admin/serverreport.cgi").lines
    assert (device.sets(PAN), device.value(PAN)) == (0, 7200), "a head that knows its position stays at the start"
    assert ptz(client, move="right") == 204
    eventually(lambda: device.target(PAN) == 10800)
    before = device.sets(PAN)
    assert ptz(client, position="-100|50|2.5") == 204
    eventually(lambda: (device.value(PAN), device.value(TILT), device.value(ZOOM)) == (-36000, 9000, 250))
    assert device.sets(PAN) - before > 2, "a move of seconds is one step"
    client.get("/cgi/ptz/ptz.cgi", ptzpresetupdate="1|1|5|gate")
    assert ptz(client, move="upright", continuous="yes") == 204
    eventually(lambda: device.target(PAN) > -30000)
    assert ptz(client, move="stop") == 204
    eventually(lambda: device.value(PAN) == device.target(PAN))
    assert device.target(PAN) < 36000
    camera.stop()
    camera.start()
    assert ptz(camera.client, ptzpreset=1) == 204
    eventually(lambda: (device.value(PAN), device.value(TILT)) == (-36000, 9000))


def test_a_head_that_is_missing_hangs_and_is_no_head(start_camera: StartCamera, fakecam: Path, tmp_path: Path) -> None:
    device = FakeControls(tmp_path, *ABSOLUTE)
    device.mishap.write_text("g")
    client = start(start_camera, device, fakecam, " inverted").client

    def move() -> str:
        return client.get("/cgi/ptz/ptz.cgi", move="right").text

    assert move() == "Request failed: /dev/video77: no such device\r\n"
    assert "PT Support:No" in client.get("/cgi/admin/serverreport.cgi").lines
    client.update("PTZ.Speed", PanSpeed="3")  # the head is missing, but this is a device with a head
    assert "/dev/video77: no such device" in client.get("/cgi/admin/eventlog.cgi").text
    device.mishap.write_text("h")
    assert move() == "Request failed: /dev/video77: it hangs\r\n"
    assert client.get("/cgi/jpg/image.cgi").status == 200
    device.mishap.unlink()
    eventually(lambda: move() == "")
    assert client.value("Hardware", "PT") == "1"
    eventually(lambda: device.target(PAN) < 7200, "right is left of a head that hangs from the ceiling")


def test_a_device_without_motors_is_no_head(start_camera: StartCamera, fakecam: Path, tmp_path: Path) -> None:
    client = start(start_camera, FakeControls(tmp_path, Control(0x9A090A, "Focus", 0, 9)), fakecam).client
    assert "PT Support:No" in client.get("/cgi/admin/serverreport.cgi").lines
    assert client.value("Hardware", "PT") == "0"
    assert client.get("/cgi/ptz/ptz.cgi", move="up").text == "Request failed: not supported by this device\r\n"
    assert "/dev/video77: it has no control for pan, tilt or zoom" in client.get("/cgi/admin/eventlog.cgi").text


def test_a_head_with_steps_returns_and_is_reset(start_camera: StartCamera, fakecam: Path, tmp_path: Path) -> None:
    device = FakeControls(tmp_path, *HIDDEN, *RELATIVE)
    camera = start(start_camera, device, fakecam)
    client = camera.client
    assert ptz(client, position="50|-50|1") == 204
    eventually(lambda: (device.target(PAN), device.target(TILT)) == (18000, -9000))
    eventually(lambda: (device.value(PAN), device.value(TILT)) == (18000, -9000))
    camera.stop()
    camera.start()
    assert ptz(camera.client, position="0|0|1") == 204
    eventually(lambda: (device.value(PAN), device.value(TILT)) == (0, 0), "the position of the last run is kept")
    assert camera.client.get("/cgi/ptz/ptz.cgi?calibrate").status == 204
    eventually(lambda: device.sets(PAN_RESET) == 1)


def test_a_head_with_speeds_moves_and_stops(start_camera: StartCamera, fakecam: Path, tmp_path: Path) -> None:
    device = FakeControls(tmp_path, *HIDDEN, *SPEED)
    camera = start(start_camera, device, fakecam)
    client = camera.client
    assert ptz(client, move="downleft", continuous="yes") == 204
    eventually(lambda: device.target(PAN_SPEED) < 0 and device.target(TILT_SPEED) < 0)
    assert ptz(client, move="stop") == 204
    eventually(lambda: device.target(PAN_SPEED) == device.target(TILT_SPEED) == 0)
    assert device.value(PAN) < 0
    assert ptz(client, move="right", continuous="yes") == 204
    eventually(lambda: device.target(PAN_SPEED) > 0)
    camera.stop()
    assert device.target(PAN_SPEED) == 0, "a head does not go on without the camera"


def test_a_head_and_a_lens_on_one_device_share_its_zoom(
    start_camera: StartCamera, fakecam: Path, tmp_path: Path
) -> None:
    device = FakeControls(tmp_path, *ABSOLUTE, Control(FOCUS, "Focus, Absolute", 0, 500, 5, 100))
    camera = start(start_camera, device, fakecam, others='lens = "/dev/video77"')
    client = camera.client

    def lens(command: str) -> str:
        return client.ask("GET", f"/cgi/fz/focuszoomctl.cgi?{command}").text.strip()

    def hardware() -> list[str]:
        return [client.value("Hardware", name) for name in ("PT", "Zoom")]

    def motors() -> list[int]:
        return [device.value(control) for control in (PAN, TILT, ZOOM, FOCUS)]

    assert ptz(client, position="-100|50|2.5") == 204
    eventually(lambda: motors() == [-36000, 9000, 250, 100])
    assert lens("getmotorcurpos") == "3|20"
    assert ptz(client, move="right", continuous="yes") == 204
    eventually(lambda: lens("movezoom=6") == "OK", "the move of the head keeps the lens busy")
    eventually(lambda: device.value(ZOOM) == 400)
    eventually(lambda: lens("focusplus") == "OK")
    eventually(lambda: motors() == [36000, 9000, 400, 105])
    device.mishap.write_text("g")
    eventually(lambda: hardware() == ["0", "0"])
    refused = "/dev/video77: no such device"
    assert client.get("/cgi/ptz/ptz.cgi", move="left").text == f"Request failed: {refused}\r\n"
    assert lens("movezoom=0") == f"Request failed: {refused}"
    device.mishap.unlink()
    eventually(lambda: hardware() == ["1", "1"])
    assert ptz(client, zoom="1") == 204
    eventually(lambda: motors() == [36000, 9000, 100, 105])
    camera.stop()
    device.set(ZOOM, 300)
    camera.start()
    eventually(lambda: motors() == [36000, 9000, 100, 105], "the lens does not return to where it was")
