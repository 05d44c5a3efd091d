"""ZoneMinder moves the camera over HTTP, and writes the same bytes to a serial line as the camera does."""

import contextlib
import http.client
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.device.linux.removable_adapter import RemovableAdapter
from tests.e2e.camera import CameraProcess, Client, eventually, reachable
from tests.e2e.ptz.test_ptz import arrive, command, place
from tests.e2e.ptz.zoneminder import module_done

from ipcamd.wire.pelco import protocol_speed

pytestmark = pytest.mark.slow


def control(camera: CameraProcess, *commands: str) -> None:
    with module_done("SkyIPCam7xx", list(commands), camera.client.url("")):
        pass


def test_its_module_for_this_family_moves_the_camera(camera: CameraProcess) -> None:
    client = camera.client
    command(client, "speed=3|3|3")
    control(camera, "moveRelUp tiltstep=1")
    arrive(client, 0, 10, 1.5)
    control(camera, "moveRelRight panstep=1")
    arrive(client, 10, 10, 1.5)
    control(camera, "presetSet preset=8")
    assert client.value("PTZ.PresetList", "Preset8") == "1|5|zm8"
    control(camera, "moveRelDown tiltstep=1")
    arrive(client, 10, 0, 1.5)
    control(camera, "moveRelLeft panstep=1")
    arrive(client, 0, 0, 1.5)
    control(camera, "presetGoto preset=8")
    arrive(client, 10, 10, 1.5)
    control(camera, "presetHome")
    arrive(client, 0, 0, 1)


def test_its_click_on_the_picture_moves_both_axes(camera: CameraProcess) -> None:
    client = camera.client
    control(camera, "moveMap xcoord=480 ycoord=120")
    arrive(client, 15, 4, 1.5)
    control(camera, "moveMap xcoord=320 ycoord=240")
    arrive(client, 15, 4, 1.5)


def test_its_reset_frees_a_motor_and_its_reboot_restarts_the_camera(camera: CameraProcess) -> None:
    client = camera.client
    client.get("/cgi/admin/virtual.cgi", ptz="jam")
    command(client, "move=up")
    assert client.get("/cgi/ptz/ptz.cgi", move="up").text.startswith("Request failed")
    control(camera, "reset", "moveRelUp tiltstep=1")
    arrive(client, 0, 10, 1.5)
    with client.open("/cgi/mjpg/mjpg.cgi") as viewer:
        viewer.read(1000)
        control(camera, "reboot")
        with contextlib.suppress(OSError, http.client.HTTPException):  # a reset ends the stream, too
            while viewer.read(1 << 16):
                pass
    eventually(lambda: reachable(camera.port) and place(client) == (0, 10, 1.5))


PELCO = {
    "move=up&continuous=yes": "moveConUp tiltspeed={0}",
    "move=down&continuous=yes": "moveConDown tiltspeed={0}",
    "move=left&continuous=yes": "moveConLeft panspeed={1}",
    "move=right&continuous=yes": "moveConRight panspeed={1}",
    "move=upleft&continuous=yes": "moveConUpLeft panspeed={1} tiltspeed={0}",
    "move=upright&continuous=yes": "moveConUpRight panspeed={1} tiltspeed={0}",
    "move=downleft&continuous=yes": "moveConDownLeft panspeed={1} tiltspeed={0}",
    "move=downright&continuous=yes": "moveConDownRight panspeed={1} tiltspeed={0}",
    "move=stop": "moveStop",
    "zoom=in": "zoomConTele",
    "zoom=out": "zoomConWide",
    "ptzpresetupdate=1|1|5|door": "presetSet preset=1",
    "ptzpresetupdate=8|1|5|gate": "presetSet preset=8",
    "ptzpreset=8": "presetGoto preset=8",
    "ptzpresetupdate=1|0||": "clearPreset preset=1",
    "move=home": "presetHome",
}
"""Command of the camera to the call of ZoneMinder that means the same; in braces the speeds of tilt and pan."""


def test_its_pelco_d_bytes_equal_those_of_the_camera(start_camera: StartCamera, tmp_path: Path) -> None:
    (tmp_path / "camera").mkdir()
    (tmp_path / "zoneminder").mkdir()
    ours, theirs = RemovableAdapter(tmp_path / "camera"), RemovableAdapter(tmp_path / "zoneminder")
    ours.put_in()
    theirs.put_in()
    config = tmp_path / "ipcamd.toml"
    config.write_text(f'source = "scene"\nadmin-password = "of the file"\n[device]\nserial = "{ours.path}"\n')
    client = Client(start_camera(f"--config={config}").port, "admin", "of the file")
    client.update("RS485", Enable="yes", Address=77, PanSpeed=4, TiltSpeed=7)
    for query in PELCO:
        command(client, query)
    speeds = protocol_speed(7), protocol_speed(4)
    with module_done("PelcoD", [call.format(*speeds) for call in PELCO.values()], "77", str(theirs.path)):
        received = theirs.read(len(PELCO) + 2)
    # it sets the speed of zoom before each zoom
    assert ours.read(len(PELCO)) == [message for message in received if message[3] != 0x25]
    for wire in (ours, theirs):
        wire.pull_out()
