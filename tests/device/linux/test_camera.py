"""Digital inputs and output of the real camera on the stand-in for a GPIO chip."""

from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.device.linux.fake_gpio import CHIP, FakeGpio
from tests.e2e.camera import PASSWORD, CameraProcess, Client, eventually

pytestmark = pytest.mark.slow


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "camera.toml"
    lines = f'inputs = ["{CHIP}:0 active-low pull-up", "{CHIP}:GPIO1"]\noutput = "{CHIP}:2"'
    file.write_text(f'source = "scene"\nadmin-password = "{PASSWORD}"\n[device]\n{lines}\n')
    return f"--config={file}"


def switch(client: Client, level: str) -> str:
    return client.get("/cgi/users/param.cgi", action="update", group="GPIO", TriggerOutStatus1=level).text


def log(client: Client) -> str:
    return client.get("/cgi/admin/eventlog.cgi").text


def test_inputs_and_a_relay_that_stays_over_restart_and_power_cut(
    start_camera: StartCamera, chip: FakeGpio, config: str
) -> None:
    chip.drive(0, 1)
    camera = start_camera(config, environment=chip.environment)
    client = camera.client
    assert [client.value("GPIO", f"TriggerInStatus{n}") for n in (1, 2)] == ["low", "low"]
    chip.bounce(0, 0)
    eventually(lambda: client.value("GPIO", "TriggerInStatus1") == "high")
    assert client.value("GPIO", "TriggerInStatus2") == "low"
    assert switch(client, "high") == "GPIO.TriggerOutStatus1=high\r\n"
    eventually(lambda: chip.level(2) == 1)
    assert client.get("/cgi/admin/restart.cgi").text == "OK\r\n"
    camera._read_ready()
    camera.kill()
    camera.start()
    eventually(lambda: chip.is_used(2))
    assert chip.changes(2) == [0, 1], "the relay dropped"
    assert camera.client.value("GPIO", "TriggerOutStatus1") == "high"


def test_a_missing_chip_and_a_hanging_one_are_reported_and_all_else_works(
    start_camera: StartCamera, chip: FakeGpio, config: str
) -> None:
    chip.mishap("g")
    client = start_camera(config, environment=chip.environment).client
    refused = f"Request failed: GPIO: {CHIP}:2: no such device\r\n"
    assert switch(client, "high") == refused
    assert [client.value("Hardware", f"Trigger{way}") for way in ("In", "Out")] == ["0", "0"]
    assert client.value("GPIO", "TriggerOutStatus1") == "low"
    assert all(f"{CHIP}:{line}: no such device" in log(client) for line in ("0", "GPIO1", "2"))
    chip.drive(1, 1)
    chip.mishap()
    eventually(lambda: client.value("GPIO", "TriggerInStatus2") == "high")
    eventually(lambda: [client.value("Hardware", f"Trigger{way}") for way in ("In", "Out")] == ["2", "1"])
    chip.mishap("h")
    assert switch(client, "high") == f"Request failed: GPIO: {CHIP}:2: it hangs\r\n"
    assert client.get("/cgi/jpg/image.cgi").status == 200
    chip.mishap()
    eventually(lambda: switch(client, "high") == "GPIO.TriggerOutStatus1=high\r\n")
    eventually(lambda: chip.level(2) == 1)
    assert f"{CHIP}:2: it hangs" in log(client)


def test_a_camera_with_a_chip_that_hangs_stops_in_time(start_camera: StartCamera, chip: FakeGpio, config: str) -> None:
    camera: CameraProcess = start_camera(config, environment=chip.environment)
    chip.mishap("h")
    assert "it hangs" in switch(camera.client, "high")
    camera.stop()
