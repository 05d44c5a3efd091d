"""Foreign ONVIF clients, each in an environment of its own, accept a real camera. docs/onvif.md lists them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import stop_all
from tests.e2e.camera import PASSWORD, CameraProcess
from tests.foreign_programs import Program, needs_large, node_packages, python_packages
from tests.onvif.client import OnvifClient

pytestmark = pytest.mark.slow

STEPS = Path(__file__).parent / "clients"
PROFILES = ["h264", "h264_sub", "mjpeg", "mjpeg_sub", "mpeg4"]
TOPIC = "tns1:VideoSource/MotionAlarm"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    camera = CameraProcess(tmp_path_factory.mktemp("clients") / "state", "--source=scene").start()
    camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
    yield camera
    stop_all([camera])


def run(program: Program, script: str, camera: CameraProcess) -> Any:
    """Return the result of a script."""
    return json.loads(program.run(str(STEPS / script), str(camera.port), PASSWORD))


def serial(camera: CameraProcess) -> str:
    return OnvifClient(camera.client).ask("tds:GetDeviceInformation").text("tds:SerialNumber")


def stream(camera: CameraProcess, token: str = "h264") -> str:
    return f"rtsp://127.0.0.1:{camera.rtsp}/onvif/{token}"


def test_home_assistants_client(camera: CameraProcess) -> None:
    found = run(python_packages("onvif-zeep-async==4.3.0"), "home_assistant_steps.py", camera)
    assert found["serial"] == serial(camera)
    assert found["mac"] == camera.client.value("System.Info", "MACAddress")
    assert len(found["services"]) == 10
    assert found["profiles"] == [
        ["h264", "H264"],
        ["h264_sub", "H264"],
        ["mjpeg", "JPEG"],
        ["mjpeg_sub", "JPEG"],
        ["mpeg4", "MPEG4"],
    ]
    assert found["stream"] == stream(camera)
    assert found["has snapshots"] and found["snapshots"] == ["ffd8"] * 2
    assert TOPIC in found["topics"]
    assert found["missing preset"] == "PresetToken=8: there is no such preset"


@pytest.mark.parametrize("way", ["token", "--digest", "--https"])
def test_onvif_python(camera: CameraProcess, way: str) -> None:
    port = camera.client.value("Network.Advanced.HTTPS", "HttpsPort") if way == "--https" else str(camera.port)
    options = {"token": (), "--digest": ("--digest",), "--https": ("--https", "--no-verify")}[way]
    program = Program((sys.executable, str(Path(sys.executable).with_name("onvif"))), {"NO_COLOR": "1"}, Path())
    login = ("--host", "127.0.0.1", "--port", port, "-u", "admin", "-p", PASSWORD, "--cache", "none", *options)
    assert f"'token': '{PROFILES[2]}'" in program.run(*login, "media2", "GetProfiles")


def test_onveef(camera: CameraProcess) -> None:
    program = python_packages("onveef==0.6.0")
    login = ("127.0.0.1", "--port", str(camera.port), "-u", "admin", "-p", PASSWORD)
    onveef = ("-m", "onveef.cli")
    assert serial(camera) in program.run(*onveef, "info", *login)
    assert program.run(*onveef, "stream-uri", *login).strip() == stream(camera)
    assert "'token': 'metadata0'" in program.run(*onveef, "profiles", *login)
    assert "IDLE" in program.run(*onveef, "ptz", "127.0.0.1", "status", *login[1:])


def test_the_client_of_unifi_protect(camera: CameraProcess) -> None:
    found = run(node_packages("onvif@0.8.3"), "npm_onvif.cjs", camera)
    assert found["profiles"] == PROFILES
    assert (found["stream"], found["serial"]) == (stream(camera), serial(camera))
    assert found["topic"].startswith("tns1:")


def test_node_onvif(camera: CameraProcess) -> None:
    found = run(node_packages("node-onvif@0.1.7"), "node_onvif.cjs", camera)
    assert found["profiles"] == PROFILES
    assert (found["stream"], found["serial"]) == (stream(camera), serial(camera))
    assert found["snapshot"] == "image/jpeg"


def test_rtsp_backchannel_plays_a_file(camera: CameraProcess, tmp_path: Path) -> None:
    program, beep = python_packages("rtsp-backchannel==0.5.2"), tmp_path / "beep.wav"
    tone = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=500:duration=1", "-ar", "8000", str(beep)]
    subprocess.run(tone, check=True, timeout=60)
    login = ("--host", f"127.0.0.1:{camera.port}", "--user", "admin", "--pass", PASSWORD)
    script = str(next(program.folder.glob("bin/rtsp-backchannel")))
    assert program.run(script, *login, "--file", str(beep)) == "sent 25 RTP packets\n"
    described = json.loads(program.run(script, "capabilities", *login))
    assert described["warnings"] == []
    assert described["device"]["serial"] == serial(camera)


@needs_large
def test_libonvif(camera: CameraProcess) -> None:
    found = run(python_packages("libonvif==3.2.9"), "libonvif_fill.py", camera)
    assert found["messages"] == []
    assert found["serial"] == serial(camera)
    assert found["streams"] == {token: stream(camera, token) for token in PROFILES}


HOME_ASSISTANT = (
    "homeassistant==2024.3.3",  # the last one for Python 3.11
    "onvif-zeep-async==3.1.12",
    "WSDiscovery==2.0.0",
    *("aiodhcpwatcher==0.8.2", "aiodiscover==1.6.1", "cached_ipaddress==0.3.0"),
    *("aiohttp_cors==0.7.0", "aiohttp-fast-url-dispatcher==0.3.0", "aiohttp-zlib-ng==0.3.1", "fnv-hash-fast==0.5.0"),
    *("ha-av==10.1.1", "ha-ffmpeg==3.1.0", "hassil==1.6.1", "home-assistant-intents==2024.3.12", "janus==1.0.0"),
    *("mutagen==1.47.0", "numpy==1.26.0", "psutil-home-assistant==0.0.1", "PyTurboJPEG==1.7.1", "SQLAlchemy==2.0.27"),
    "zeroconf==0.131.0",
)
"""Home Assistant, and what it would install for its ONVIF integration."""


@needs_large
@pytest.mark.timeout(1200)
def test_home_assistant(camera: CameraProcess, tmp_path: Path) -> None:
    script = str(STEPS / "home_assistant.py")
    output = python_packages(*HOME_ASSISTANT).run(script, str(camera.port), PASSWORD, str(tmp_path), timeout_s=100)
    found = json.loads(output.splitlines()[-1])
    assert found["state"] == "loaded"
    assert found["devices"] == [["ipcamd", "IPC-1"]]
    assert found["entities"]["camera.camera_h264"] == "idle"
    names = ("motion_alarm", "cell_motion_detection", "digital_input", "relay_triggered", "image_too_dark")
    assert [found["entities"][f"binary_sensor.camera_{name}"] for name in names] == ["off"] * len(names)
