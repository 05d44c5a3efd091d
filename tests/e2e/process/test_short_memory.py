"""Too little memory: a request fails, acknowledged changes are kept, and the camera recovers."""

import http.client
import signal
import sqlite3
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PATIENCE, CameraProcess, eventually
from tests.short_memory.memory import ShortMemory

pytestmark = pytest.mark.slow

LIBRARIES = 32 << 20, 1 << 40
"""Sizes in bytes: of the libraries that encode pictures."""
PICTURES = 64 * 1024, 1 << 40
"""Of pictures and files."""
DATABASE = 1024, 16_000
"""Of the pages of the database, the objects of a request and its answer; the buffer of a connection is larger."""


def update(camera: CameraProcess, name: str) -> bool:
    """Change the camera's name; return whether it is acknowledged. Anything but an answer in order is a failure."""
    try:
        answer = camera.client.get("/cgi/admin/param.cgi", action="update", group="System.Info", ServerName=name)
    except (OSError, http.client.HTTPException):
        return False  # there was no memory for an answer
    if answer.lines == [f"System.Info.ServerName={name}"]:
        return True
    assert answer.status == 503 or answer.text.startswith("Request failed: "), answer.text
    return False


def is_well(camera: CameraProcess) -> bool:
    """Whether there is a picture."""
    return camera.client.get("/cgi/jpg/image.cgi").body.startswith(b"\xff\xd8")


def test_a_request_fails_and_nothing_acknowledged_is_lost(start_camera: StartCamera, tmp_path: Path) -> None:
    memory = ShortMemory(tmp_path / "short")
    memory.refuse(*LIBRARIES)
    camera = start_camera("--source=scene", environment=memory.environment)
    eventually(lambda: memory.failed, "the camera loads no libraries")
    memory.refuse(*PICTURES)
    assert update(camera, "acknowledged")
    assert camera.client.get("/").status == 503
    memory.refuse(*DATABASE)
    acknowledged = ["acknowledged", *(name for name in map(str, range(20)) if update(camera, name))]
    assert memory.failed
    memory.recover()
    eventually(lambda: is_well(camera), "it does not recover")
    assert camera.client.value("System.Info", "ServerName") == acknowledged[-1]
    assert update(camera, "afterwards")
    camera.signal(signal.SIGTERM)
    assert camera.process.wait(PATIENCE) == 0, camera.log
    (database,) = camera.state.glob("*.db")
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
