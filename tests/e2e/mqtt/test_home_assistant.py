"""Home Assistant connected to the camera's MQTT broker."""

import json
from pathlib import Path

import pytest
from tests.e2e.camera import CameraProcess
from tests.e2e.mqtt.broker import PASSWORD, USER, Broker
from tests.e2e.mqtt.test_mqtt import broker, camera
from tests.foreign_programs import needs_large, python_packages

__all__ = ["broker", "camera"]

pytestmark = pytest.mark.slow

HOME_ASSISTANT = ("homeassistant==2025.3.4", "paho-mqtt==2.1.0", "numpy==2.2.2", "PyTurboJPEG==1.7.5", "av==13.1.0")
"""Home Assistant, and what it would install for its MQTT integration."""


@needs_large
@pytest.mark.timeout(1200)
def test_it_finds_one_device_and_switches_it(camera: CameraProcess, broker: Broker, tmp_path: Path) -> None:
    (folder := tmp_path / "home_assistant").mkdir()
    script = str(Path(__file__).with_name("home_assistant.py"))
    program = python_packages(*HOME_ASSISTANT, version="3.13")
    output = program.run(script, str(broker.port), USER, PASSWORD, str(folder), timeout_s=300)
    found = json.loads(output.splitlines()[-1])
    mac = camera.client.value("System.Info", "MACAddress").lower()
    assert found["devices"] == [["ipcamd", [["mac", mac]]]]
    states = found["entities"]
    assert {states[f"binary_sensor.ipcamd_{name}"] for name in ("motion_1", "input_1", "tampering")} == {"off"}
    assert (states["switch.ipcamd_privacy"], states["switch.ipcamd_motion_detection"]) == ("off", "on")
    assert "motionenable=1" in camera.client.get("/setup.cgi").text
