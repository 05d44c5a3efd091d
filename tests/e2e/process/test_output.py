"""Standard output may be closed or full: the camera continues, but never with an unknown password."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import ANY_PORT, CameraProcess, clean_environment, eventually, reachable

pytestmark = pytest.mark.slow


def test_a_restart_survives_a_reader_that_took_only_the_first_line(camera: CameraProcess) -> None:
    assert camera.process.stdout
    camera.process.stdout.close()
    assert camera.client.get("/cgi/admin/restart.cgi").text == "OK\r\n"
    eventually(lambda: "the ready line cannot be written" in camera.log)
    assert camera.client.get("/cgi/jpg/image.cgi").status == 200


def test_a_camera_does_not_start_without_printing_its_password(start_camera: StartCamera, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ipcamd", "run", *ANY_PORT, "--host=127.0.0.1", f"--state={tmp_path / 'own'}"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, check=False, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, env=clean_environment({})
        )
    assert done.returncode == 2
    assert "--admin-password" in done.stderr
    again = start_camera("--admin-password=", state="own")
    assert again.first_start


def test_a_port_in_use_is_reported_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "ipcamd", "run", f"--port={port}", "--rtsp-port=0", "--talk-port=0"]
        done = subprocess.run(
            [*command, "--host=127.0.0.1", f"--state={tmp_path}"],
            check=False, capture_output=True, text=True, timeout=30, env=clean_environment({}),
        )  # fmt: skip
        # on a busy machine the log may report a part that has not ended in time
        lines = [line for line in done.stderr.splitlines() if "and is abandoned" not in line]
        assert (done.returncode, done.stdout, len(lines)) == (2, "", 1), done.stderr
        assert str(port) in lines[0]
    assert not reachable(port)
