"""The motor lens with the real camera: blur and autofocus in pictures, restarts, many clients at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.pictures import decode_jpeg

from ipcamd.media.image.focus_meter import gradient_energy

pytestmark = pytest.mark.slow

FZ = "/cgi/fz/focuszoomctl.cgi"


def ask(client: Client, command: str) -> str:
    return client.ask("GET", f"{FZ}?{command}").text.removesuffix("\r\n")


def act(client: Client, command: str) -> None:
    """Perform an action, and wait until it is complete."""
    assert ask(client, command) == "OK"
    eventually(lambda: ask(client, "fzisbusy") == "0", f"{command} does not end")


def virtual(client: Client, **conditions: object) -> dict[str, str]:
    if conditions:
        assert client.get("/cgi/admin/virtual.cgi", **conditions).text == "OK\r\n"
    return dict(line.split("=", 1) for line in client.get("/cgi/admin/virtual.cgi").lines)


def zoom(client: Client, value: float) -> None:
    """Zoom as PTZ does it, which keeps the picture in focus."""
    assert client.ask("GET", f"/cgi/ptz/ptz.cgi?zoom={value}").status == 204
    eventually(lambda: float(virtual(client)["zoom"]) == value and ask(client, "fzisbusy") == "0")


def sharpness(client: Client) -> float:
    picture = decode_jpeg(client.get("/cgi/jpg/image.cgi").body)
    return gradient_energy(np.ascontiguousarray(picture[..., 1]))


@pytest.fixture
def client(camera: CameraProcess) -> Client:
    client = camera.client
    virtual(client, scene="still")
    client.update("ImageSource.IO.Sensor", OverlayDate="off", OverlayText="off")
    return client


def test_zoom_alone_blurs_the_picture_and_autofocus_finds_the_sharpest_one(client: Client) -> None:
    best = {0: sharpness(client)}
    zoom(client, 4)
    best[6] = sharpness(client)
    zoom(client, 1)
    for index in (6, 0):
        act(client, f"movezoom={index}")
        assert ask(client, "getmotorcurpos").startswith(f"{index}|")
        assert sharpness(client) < best[index] / 5
        act(client, "smartfocusscan")
        assert sharpness(client) > 0.95 * best[index], (index, ask(client, "getmotorcurpos"))


def test_steps_of_the_focus_are_seen(client: Client) -> None:
    sharp = sharpness(client)
    for _ in range(6):
        act(client, "focusplus")
    assert ask(client, "getmotorcurpos") == "0|56"
    assert virtual(client)["focus"] == "56"
    assert sharpness(client) < sharp / 3
    for _ in range(6):
        act(client, "focusminus")
    assert sharpness(client) > 0.95 * sharp


def test_it_is_busy_while_a_motor_runs(client: Client) -> None:
    assert ask(client, "movezoom=6") == "OK"
    assert ask(client, "fzisbusy") == "1"
    assert ask(client, "focusplus") == "Request failed: busy"
    eventually(lambda: ask(client, "getmotorcurpos") == "6|50")
    eventually(lambda: ask(client, "fzisbusy") == "0")


def test_ten_clients_move_it_at_once_and_nothing_gets_stuck(client: Client) -> None:
    commands = ("focusplus", "movezoom=1", "smartfocusscan", "focusminus", "movezoom=2")

    def drive(number: int) -> list[str]:
        return [ask(client, commands[(number + turn) % 5]) for turn in range(10)]

    with ThreadPoolExecutor(10) as clients:
        answers = Counter(answer for each in clients.map(drive, range(10)) for answer in each)
    assert set(answers) == {"OK", "Request failed: busy"}
    eventually(lambda: ask(client, "movezoom=3") == "OK", "it stays busy")
    eventually(lambda: ask(client, "getmotorcurpos").startswith("3|"))


def test_a_motor_that_jams(client: Client) -> None:
    virtual(client, lens="jam")
    assert ask(client, "movezoom=6") == "OK"
    assert ask(client, "fzisbusy") == "1"
    eventually(lambda: ask(client, "fzisbusy") == "0", "it stays busy")
    assert ask(client, "getmotorcurpos") == "0|50"
    for command in ("movezoom=6", "focusplus", "smartfocusscan"):
        assert ask(client, command) == "Request failed: the motor is blocked"
    assert "the motor is blocked" in client.get("/cgi/admin/eventlog.cgi").text
    assert client.get("/cgi/jpg/image.cgi").status == 200
    virtual(client, lens="free")
    act(client, "movezoom=6")
    assert ask(client, "getmotorcurpos") == "6|50"


def test_the_position_survives_a_restart_and_a_power_cut(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    act(camera.client, "movezoom=2")
    act(camera.client, "focusplus")
    camera.stop()
    camera = start_camera("--source=scene")
    assert ask(camera.client, "getmotorcurpos") == "2|51"
    assert virtual(camera.client)["zoom"] == "2.00"
    assert ask(camera.client, "movezoom=6") == "OK"
    eventually(lambda: not ask(camera.client, "getmotorcurpos").startswith("2|"))
    camera.kill()
    client = start_camera("--source=scene").client
    assert ask(client, "getmotorcurpos") == "2|51", "it was saved when it rested"
    assert ask(client, "fzisbusy") == "0"
    act(client, "smartfocusscan")
    assert ask(client, "getmotorcurpos").split("|")[0] == "2"


def test_a_missing_lens_is_reported(start_camera: StartCamera, tmp_path) -> None:  # type: ignore[no-untyped-def]
    config = tmp_path / "camera.toml"
    config.write_text('admin-password = "correct horse"\n[device]\nlens = "none"\n')
    client = start_camera("--source=scene", f"--config={config}").client
    assert ask(client, "fzisbusy") == "Request failed: not supported by this device"
    assert client.value("Hardware", "Zoom") == "0"
