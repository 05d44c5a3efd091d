"""Idle camera: threads and processor time without viewers."""

from pathlib import Path

import pytest
from tests.e2e.camera import CameraProcess, eventually

pytestmark = pytest.mark.slow


def threads(camera: CameraProcess) -> int:
    return len(list(Path(f"/proc/{camera.pid}/task").iterdir()))


def test_an_idle_camera_has_few_threads_and_serves_new_viewers(camera: CameraProcess) -> None:
    def work() -> None:
        assert camera.client.get("/cgi/jpg/image.cgi").status == 200
        camera.client.update("System.Info", ServerName="idle")
        camera.client.get("/cgi/admin/eventlog.cgi")

    work()
    eventually(lambda: threads(camera) <= 4, f"{threads(camera)} threads", patience=60)
    work()
