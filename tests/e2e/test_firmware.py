"""Firmware upgrades of the real camera (SDK 2.2), with images that its own commands make."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client
from tests.e2e.parts import sdk_parts

pytestmark = pytest.mark.slow

UPGRADE = "/cgi/admin/firmwareupgrade.cgi"
BOUNDARY = "AsCg5y"
MJPEG = "/cgi/mjpg/mjpeg.cgi"


def ipcamd(*arguments: object) -> str:
    command = [sys.executable, "-m", "ipcamd", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ipcamd("firmware", "keygen", "--out", folder)
    return folder


@pytest.fixture(scope="module")
def image(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An image of this installation that calls itself 9.8.7."""
    path = tmp_path_factory.mktemp("image") / "image"
    ipcamd("firmware", "build", "--key", keys / "firmware.key", "--version", "9.8.7", "--out", path)
    return path.read_bytes()


@pytest.fixture
def start(start_camera: StartCamera, keys: Path) -> Callable[..., CameraProcess]:
    return lambda *options, **more: start_camera(
        "--source=scene", f"--firmware-key={keys / 'firmware.pub'}", *options, **more
    )


def form(image: bytes, end: str = "") -> bytes:
    """Return the SDK's example: it ends without the two dashes of the last boundary line."""
    head = (
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="firmware.bin"; filename="firmware.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + image + f"\r\n--{BOUNDARY}{end}\r\n".encode()


def upload(client: Client, body: bytes, target: str = UPGRADE) -> str:
    return client.ask("POST", target, body, Content_Type=f"multipart/form-data; boundary={BOUNDARY}").text


def version(client: Client) -> str:
    return client.value("System.Info", "FWVersion")


def test_the_sdks_example_installs_an_image(start: Callable[..., CameraProcess], image: bytes) -> None:
    camera = start()
    client, before = camera.client, version(camera.client)
    client.update("System.Info", ServerLocation="door")
    with client.open(MJPEG) as viewer:
        parts = sdk_parts(viewer)
        next(parts)
        assert upload(client, form(image)) == "OK\r\n"
    port, pid = camera.port, camera.pid
    camera._read_ready()
    assert (camera.port, camera.pid) == (port, pid)
    assert version(client) == "9.8.7" != before
    assert client.value("System.Info", "ServerLocation") == "door"
    assert "version 9.8.7 is installed" in client.get("/cgi/admin/eventlog.cgi").text
    assert "firmware 9.8.7" in client.get("/cgi/admin/auditlog.cgi").text
    camera.stop()
    camera.start()
    assert version(camera.client) == "9.8.7"
    camera.kill()
    camera.options = (*camera.options, "--no-firmware")
    camera.start()
    assert version(camera.client) == before
