"""Pan, tilt and zoom with the real camera: pictures, restarts, many clients at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.conftest import StartCamera
from tests.device.linux.removable_adapter import RemovableAdapter
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.pictures import Rgb, decode_jpeg, difference

from ipcamd.media.image.focus_meter import gradient_energy

pytestmark = pytest.mark.slow

PTZ = "/cgi/ptz/ptz.cgi"


def place(client: Client) -> tuple[int, int, float]:
    """Return pan, tilt and zoom as the virtual device shows them."""
    lines = client.get("/cgi/admin/virtual.cgi").lines
    state = dict(line.split("=", 1) for line in lines)
    return int(state["pan"]), int(state["tilt"]), float(state["zoom"])


def command(client: Client, query: str) -> None:
    answer = client.ask("GET", f"{PTZ}?{query}")
    assert (answer.status, answer.body) == (204, b""), answer.text


def arrive(client: Client, *where: float) -> None:
    eventually(lambda: place(client) == where, f"it does not get to {where}")


def picture(client: Client) -> Rgb:
    return decode_jpeg(client.get("/cgi/jpg/image.cgi").body)


def part(whole: Rgb, pan: float, tilt: float, zoom: float) -> Rgb:
    """Return the part of the whole picture that should be seen, in the size of the whole."""
    height, width = whole.shape[:2]
    across, down = width / zoom, height / zoom
    left, top = (width - across) * (100 + pan) / 200, (height - down) * (100 - tilt) / 200
    box = (left, top, left + across, top + down)
    return np.asarray(Image.fromarray(whole).resize((width, height), Image.Resampling.BILINEAR, box))


def test_the_picture_is_the_part_where_the_camera_looks(camera: CameraProcess) -> None:
    client = camera.client
    assert client.get("/cgi/admin/virtual.cgi", scene="still").text == "OK\r\n"
    client.update("ImageSource.IO.Sensor", OverlayDate="off", OverlayText="off")
    command(client, "speed=3|3|3")
    whole = picture(client)
    command(client, "move=right")
    arrive(client, 10, 0, 1.5)
    command(client, "position=40|-60|2")
    arrive(client, 40, -60, 2)
    seen = picture(client)
    # the clock at the top of the scene runs: it is not in this part
    apart = {
        (pan, tilt): difference(seen, part(whole, pan, tilt, 2)) for pan in (0, 20, 40, 60) for tilt in (-40, -60, -80)
    }
    assert min(apart, key=lambda where: apart[where]) == (40, -60), apart
    command(client, "move=home")
    arrive(client, 0, 0, 1)


def test_a_larger_source_stays_sharp_while_zoomed(camera: CameraProcess) -> None:
    client = camera.client
    client.get("/cgi/admin/virtual.cgi", scene="still")
    client.update("ImageSource.IO.Sensor", OverlayDate="off", OverlayText="off")
    client.update("Image.MJPEG", Resolution=1)
    for zoom in (4, 2):  # a zoom that begins, and one that ends
        command(client, "move=home")
        arrive(client, 0, 0, 1)
        whole = picture(client)
        command(client, f"position=0|0|{zoom}")
        arrive(client, 0, 0, zoom)
        enlarged = part(whole, 0, 0, zoom)
        eventually(lambda: detail(picture(client)) > 1.5 * detail(enlarged), "it is as soft as the small picture")  # noqa: B023


def detail(picture: Rgb) -> float:
    return gradient_energy(np.ascontiguousarray(picture[..., 1]))


def test_position_presets_and_patrol_survive_a_restart_and_a_power_cut(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    client = camera.client
    command(client, "speed=3|3|3")
    for number, pan in ((1, -20), (2, 20)):
        command(client, f"position={pan}|0|2")
        arrive(client, pan, 0, 2)
        command(client, f"ptzpresetupdate={number}|1|30|p{number}")
    camera.stop()
    camera = start_camera("--source=scene")
    client = camera.client
    assert place(client) == (20, 0, 2)
    assert client.value("PTZ.PresetList", "PresetCount") == "2"
    command(client, "move=left&continuous=yes")
    eventually(lambda: place(client)[0] < 10)
    camera.kill()
    camera = start_camera("--source=scene")
    client = camera.client
    assert place(client) == (20, 0, 2), "it was saved when it rested"
    command(client, "ptzpatrol=start")
    arrive(client, -20, 0, 2)
    camera.kill()
    client = start_camera("--source=scene").client
    arrive(client, -20, 0, 2)
    command(client, "ptzpreset=2")
    arrive(client, 20, 0, 2)


def test_ten_clients_move_it_at_once_and_nothing_gets_stuck(camera: CameraProcess) -> None:
    client = camera.client

    def drive(number: int) -> None:
        for turn in range(10):
            command(
                client,
                ("move=right", "move=left&continuous=yes", "move=stop", "zoom=in", "position=0|0|2")[
                    (number + turn) % 5
                ],
            )

    with ThreadPoolExecutor(10) as clients:
        list(clients.map(drive, range(10)))
    command(client, "speed=3|3|3&position=30|30|3")
    arrive(client, 30, 30, 3)


def test_a_motor_that_jams(camera: CameraProcess) -> None:
    client = camera.client
    client.get("/cgi/admin/virtual.cgi", ptz="jam")
    command(client, "move=up")
    assert client.get(PTZ, move="up").text == "Request failed: the motor is blocked\r\n"
    assert place(client) == (0, 0, 1)
    assert "the motor is blocked" in client.get("/cgi/admin/eventlog.cgi").text
    command(client, "calibrate")
    command(client, "move=up")
    arrive(client, 0, 10, 1.5)


def test_a_missing_head_is_reported(start_camera: StartCamera, tmp_path) -> None:  # type: ignore[no-untyped-def]
    config = tmp_path / "camera.toml"
    config.write_text('admin-password = "correct horse"\n[device]\npan-tilt = "none"\n')
    client = start_camera("--source=scene", f"--config={config}").client
    assert client.get(PTZ, move="up").text == "Request failed: not supported by this device\r\n"
    assert "PT Support:No" in client.get("/cgi/admin/serverreport.cgi").lines
    assert client.value("Hardware", "PT") == "0"


def test_with_rs485_commands_go_out_on_the_line(camera: CameraProcess) -> None:
    client = camera.client

    def sent() -> str:
        return dict(line.split("=", 1) for line in client.get("/cgi/admin/virtual.cgi").lines)["rs485"]

    command(client, "move=up")
    assert sent() == ""
    assert client.ask("GET", f"{PTZ}?excommand=1").text.startswith("Request failed")
    client.update("RS485", Enable="yes", Address="2", PanSpeed="9", ExCommand1="c0ffee")
    command(client, "move=left&continuous=yes")
    assert sent() == "ff0200043f0045"
    command(client, "move=stop")
    assert sent() == "ff020000000002"
    command(client, "ptzpresetupdate=3|1|8|door")
    assert sent() == "ff020003000308"
    command(client, "ptzpreset=3")
    assert sent() == "ff02000700030c"
    command(client, "excommand=1")
    assert sent() == "c0ffee"
    command(client, "move=right")
    eventually(lambda: sent() == "ff020000000002", "a step has no end")
    client.update("RS485", Protocol="custom", Home="0a0b")
    command(client, "move=home")
    assert sent() == "0a0b"
    answer = client.ask("GET", f"{PTZ}?move=down").text
    assert answer.startswith("Request failed")
    assert "RS485.Down is empty" in answer
    assert "RS485.Down is empty" in client.get("/cgi/admin/eventlog.cgi").text


def test_a_removed_serial_port_stops_nothing_else(start_camera: StartCamera, tmp_path: Path) -> None:
    wire, config = RemovableAdapter(tmp_path), tmp_path / "ipcamd.toml"
    wire.put_in()
    config.write_text(f'source = "scene"\nadmin-password = "of the file"\n[device]\nserial = "{wire.path}"\n')
    client = Client(start_camera(f"--config={config}").port, "admin", "of the file")
    client.update("RS485", Enable="yes", PanSpeed="9")
    command(client, "move=right&continuous=yes")
    wire.receive(1)
    wire.head.run(2)
    command(client, "move=stop")
    wire.receive(2)
    assert wire.head.position == (126, 0, 0)
    wire.pull_out()
    answer = client.ask("GET", f"{PTZ}?move=stop").text
    assert answer.startswith(f"Request failed: serial line {wire.path}: no such device")
    assert f"serial line {wire.path}: no such device" in client.get("/cgi/admin/eventlog.cgi").text
    assert picture(client).any()
    eventually(lambda: client.value("Hardware", "RS485") == "0")
    wire.put_in()
    command(client, "ptzpresetupdate=1|1|5|door")
    wire.receive(3)
    assert list(wire.head.presets) == [0x22, 1]
    wire.pull_out()
