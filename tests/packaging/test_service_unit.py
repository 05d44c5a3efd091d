"""The systemd unit: its sandbox, its syntax, and the camera's notifications to systemd and work in the sandbox."""

import ctypes
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PATIENCE

pytestmark = pytest.mark.slow

UNIT = Path(__file__).parents[2] / "packaging/debian/ipcamd.service"


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], check=False, capture_output=True, text=True)


def test_the_sandbox_leaves_little_exposed() -> None:
    done = analyze("security", "--offline=true", "--threshold=19", UNIT)
    assert done.returncode == 0, done.stdout
    exposure = re.search(r"exposure level for ipcamd.service: ([0-9.]+)", done.stdout)
    assert exposure
    assert float(exposure[1]) < 2.0


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(re.sub("(?m)^ExecStart=.*", "ExecStart=/bin/true", UNIT.read_text()))
    done = analyze("verify", "--recursive-errors=no", "--man=no", copy)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket that systemd listens on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(PATIENCE)
        yield sock


def test_systemd_is_notified_of_readiness_liveness_and_stop(start_camera: StartCamera, manager: socket.socket) -> None:
    told = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "100000"}
    camera = start_camera("--source=scene", environment=told)
    assert [manager.recv(100) for _ in range(4)] == [b"READY=1", *[b"WATCHDOG=1"] * 3]
    camera.signal(signal.SIGTERM)
    while (state := manager.recv(100)) == b"WATCHDOG=1":
        pass
    assert state == b"STOPPING=1"


SANDBOXED = """
import ctypes, sys
assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0
from ipcamd.__main__ import main
main()
"""
"""PR_SET_MDWE, Linux 6.3: what MemoryDenyWriteExecute= forbids is refused."""


@pytest.mark.skipif(ctypes.CDLL(None).prctl(66, 0, 0, 0, 0) < 0, reason="needs Linux 6.3")
def test_the_camera_needs_no_memory_that_is_writable_and_executable(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene", program=("-c", SANDBOXED))
    assert camera.client.get("/cgi/jpg/image.cgi").body.startswith(b"\xff\xd8")
    with camera.client.open("/cgi/mpeg/stream1.cgi?header=no") as stream:
        assert len(stream.read(20_000)) == 20_000
    camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
