"""Night with the real camera on a Linux device: filter, lamp, light sensor and LED."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.device.linux.fake_camera import IR_CUT, Control, FakeControls
from tests.device.linux.fake_gpio import CHIP, FakeGpio
from tests.e2e.camera import PASSWORD, CameraProcess, Client, eventually
from tests.e2e.pictures import decode_jpeg, difference

pytestmark = pytest.mark.slow

Start = Callable[..., CameraProcess]


@pytest.fixture
def start(start_camera: StartCamera, tmp_path: Path) -> Start:
    """Give a function that starts a camera on these lines of ``[device]``."""

    def start(*lines: str, state: str = "state", **environment: str) -> CameraProcess:
        first = f'source = "scene"\nadmin-password = "{PASSWORD}"\n[device]\nmodel = "linux"'
        file = tmp_path / "camera.toml"
        file.write_text("\n".join((first, *lines)))
        return start_camera(f"--config={file}", state=state, environment=environment)

    return start


class Sysfs:
    """A light sensor and an LED."""

    def __init__(self, folder: Path) -> None:
        self.sensor, self.led = folder / "iio", folder / "led"
        self.sensor.mkdir()
        self.led.mkdir()
        self.raw = self.sensor / "in_illuminance_raw"
        self.shine(90)
        (self.sensor / "in_illuminance_scale").write_text("0.5\n")
        for name, text in {"brightness": "255", "max_brightness": "255", "trigger": "[none] mmc0"}.items():
            (self.led / name).write_text(f"{text}\n")

    def shine(self, lux: int) -> None:
        self.raw.write_text(f"{lux * 2}\n")


@pytest.fixture
def sysfs(tmp_path: Path) -> Sysfs:
    return Sysfs(tmp_path)


def colour(client: Client) -> float:
    picture = decode_jpeg(client.get("/cgi/jpg/image.cgi").body)
    return difference(picture[..., 0], picture[..., 2])


def update(client: Client, group: str, usage: str) -> str:
    return client.get("/cgi/admin/param.cgi", action="update", group=group, Usage=usage).text


def log(client: Client) -> str:
    return client.get("/cgi/admin/eventlog.cgi").text


def hardware(client: Client) -> dict[str, str]:
    lines = client.get("/cgi/admin/param.cgi", action="list", group="Hardware").lines[1:]
    return {name.removeprefix("Hardware."): value for name, _, value in (line.partition("=") for line in lines)}


def test_a_pair_of_lines_moves_the_filter_by_the_light_sensor(start: Start, chip: FakeGpio, sysfs: Sysfs) -> None:
    pair, lamp = f'["{CHIP}:0", "{CHIP}:1"]', f'"{CHIP}:2"'
    lines = f"ir-cut = {pair}", f"ir-lamp = {lamp}", f'light = "{sysfs.sensor}"', f'led = "{sysfs.led}"'
    client = start(*lines, **chip.environment).client
    found = hardware(client)
    assert [found[name] for name in ("NightSensor", "PT", "TriggerIn", "TriggerOut", "RS485")] == ["1", *"0000"]
    assert "PT Support:No" in client.get("/cgi/admin/serverreport.cgi").lines
    assert client.get("/cgi/admin/virtual.cgi").status == 404
    assert chip.changes(0) == [0, 1, 0], "nobody knows where the filter is at the start"
    assert chip.changes(1) == [0]
    sysfs.shine(5)
    eventually(lambda: chip.changes(1) == [0, 1, 0])
    eventually(lambda: chip.level(2) == 1)
    assert colour(client) < 1
    sysfs.raw.unlink()
    eventually(lambda: f"{sysfs.sensor}: it measures no illuminance" in log(client))
    assert colour(client) < 1
    sysfs.shine(41)
    eventually(lambda: chip.changes(0) == [0, 1, 0, 1, 0])
    eventually(lambda: chip.level(2) == 0)


def test_the_led_and_a_filter_that_is_not_there(start: Start, chip: FakeGpio, sysfs: Sysfs) -> None:
    client = start(f'ir-cut = "{CHIP}:3"', f'led = "{sysfs.led}"', **chip.environment).client
    assert chip.changes(3) == [1], "a line that holds the filter has its level from the first moment on"
    brightness = sysfs.led / "brightness"
    assert update(client, "NetworkLED", "off") == "NetworkLED.Usage=off\r\n"
    eventually(lambda: brightness.read_text().startswith("0"))
    client.update("NetworkLED", Usage="on")
    eventually(lambda: brightness.read_text().startswith("255"))
    brightness.unlink()
    refused = update(client, "NetworkLED", "off")
    assert refused == f"Request failed: NetworkLED: {sysfs.led}: no such device\r\n"
    chip.mishap("g")
    refused = update(client, "IRCUt", "off")
    assert refused == f"Request failed: IRCUt: {CHIP}:3: no such device\r\n"
    assert hardware(client)["NightSensor"] == "0"
    assert client.value("IRCUt", "Usage") == "auto"
    chip.mishap()
    eventually(lambda: "Request failed" not in update(client, "IRCUt", "off"))
    eventually(lambda: chip.changes(3) == [1, 0])


def test_a_control_of_the_camera_moves_the_filter(start: Start, fakecam: Path, tmp_path: Path) -> None:
    device = FakeControls(tmp_path, Control(IR_CUT, "IR Cut Filter", 0, 1, 1, 0))
    lines = 'ir-cut = "/dev/video77:ir_cut_filter"', 'light = "none"'
    client = start(*lines, **device.environment(fakecam)).client
    assert (device.value(IR_CUT), device.sets(IR_CUT)) == (1, 1)
    client.update("IRCUt", Usage="off")
    eventually(lambda: device.value(IR_CUT) == 0)
    device.mishap.write_text("g")
    refused = update(client, "IRCUt", "on")
    assert refused == "Request failed: IRCUt: /dev/video77: no such device\r\n"
    device.mishap.unlink()
    eventually(lambda: device.sets(IR_CUT) == 3, "the filter of a camera that was put back is moved again")
    client = start('ir-cut = "/dev/video77:ircut"', state="other", **device.environment(fakecam)).client
    eventually(lambda: "/dev/video77: no control ircut; its controls: ir_cut_filter" in log(client))


def record_darkness(path: Path) -> Path:
    import av
    import numpy as np

    with av.open(path, "w") as file:
        stream = file.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(20):
            picture = av.VideoFrame.from_ndarray(np.full((240, 320, 3), 12, np.uint8), format="rgb24")
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return path


def test_a_dark_picture_makes_night(start_camera: StartCamera, tmp_path: Path) -> None:
    file, dark = tmp_path / "camera.toml", record_darkness(tmp_path / "dark.mp4")
    file.write_text(f'source = "{dark}"\nadmin-password = "{PASSWORD}"\n[device]\nlight = "picture"\n')
    client = start_camera(f"--config={file}").client
    eventually(lambda: "ircut=off" in client.get("/cgi/admin/virtual.cgi").lines)
