"""The servers under test: this camera, the installed peers, and a C program that does the least work."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.camera import PASSWORD, CameraProcess, Client, basic, eventually, reachable
from tests.ports import free_port

BUILD = Path(__file__).parent / "build"


@dataclass(frozen=True)
class Target:
    """A running server."""

    name: str
    port: int
    pid: int
    stream: str
    snapshot: str = ""
    login: str = ""
    """Complete header field with the login; "" without one."""

    @property
    def client(self) -> Client:
        """The administrator's client; for ipcamd only."""
        return Client(self.port)


DEVICE = Path("/dev/video77")
"""Device that does not exist; the stand-in replaces it."""


def fake_camera(pack: Path, device: Path = DEVICE) -> dict[str, str]:
    """Return the environment in which `device` is a 1280x720 camera at 30 pictures a second."""
    names = {"PATH": device, "PACK": pack, "FOURCC": "MJPG", "SIZE": "1280x720", "FPS": "30"}
    return {"LD_PRELOAD": str(BUILD / "fakecam.so")} | {f"FAKECAM_{k}": str(v) for k, v in names.items()}


@contextlib.contextmanager
def ipcamd(folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[Target]:
    """Run this camera in a new state directory."""
    state = folder / f"state{len(list(folder.iterdir()))}"
    camera = CameraProcess(state, "--log-level=warning", "--viewers=5000", *options, environment=environment).start()
    login = "Authorization: " + basic("admin", PASSWORD)["Authorization"]
    try:
        yield Target("ipcamd", camera.port, camera.pid, "/cgi/mjpg/mjpeg.cgi", "/cgi/jpg/image.cgi", login)
    finally:
        camera.stop()


@contextlib.contextmanager
def ustreamer(pack: Path, folder: Path) -> Iterator[Target]:
    """Run Debian's ustreamer, which passes the camera's pictures through."""
    port, device = free_port(), folder / "video0"
    device.touch()  # ustreamer checks that the file exists
    options = ["--format=MJPEG", "--encoder=HW", "--resolution=1280x720", "--desired-fps=30", "--workers=1"]
    command = ["ustreamer", f"--device={device}", *options, "--host=127.0.0.1", f"--port={port}", "--log-level=0"]
    with running(command, port, fake_camera(pack, device)) as pid:
        yield Target("ustreamer", port, pid, "/stream", "/snapshot")


@contextlib.contextmanager
def mjpg_streamer(pack: Path) -> Iterator[Target]:
    """Run mjpg-streamer, which passes the camera's pictures through."""
    port = free_port()
    device = Path(f"/tmp/v{os.getpid()}")  # mjpg-streamer truncates device names to 14 characters
    device.touch(exist_ok=False)
    command = ["mjpg_streamer", "-i", f"input_uvc.so -d {device} -r 1280x720 -f 30", "-o", f"output_http.so -p {port}"]
    try:
        with running(command, port, fake_camera(pack, device)) as pid:
            yield Target("mjpg-streamer", port, pid, "/?action=stream", "/?action=snapshot")
    finally:
        device.unlink()


@contextlib.contextmanager
def bare(picture: Path, file: Path | None = None, uvloop: bool = False) -> Iterator[Target]:
    """Run a minimal web server on aiohttp, without a login."""
    port = free_port()
    command = [sys.executable, "-m", "bench.bare", str(port), str(picture), *([str(file)] if file else [])]
    with running([*command, "--uvloop"] if uvloop else command, port, {}) as pid:
        yield Target("aiohttp, uvloop" if uvloop else "aiohttp", port, pid, "/stream", "/picture")


@contextlib.contextmanager
def limit(pack: Path, mode: str) -> Iterator[Target]:
    """Run the C limit: it serves the pack and does nothing else."""
    port = free_port()
    with running([str(BUILD / "limit"), str(port), str(pack), "30", mode], port, {}) as pid:
        yield Target(f"C {mode}", port, pid, "/")


@contextlib.contextmanager
def running(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """Run a server; yield its process number when it listens."""
    process = subprocess.Popen(
        command, env=os.environ | dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        eventually(lambda: reachable(port) or process.poll() is not None, f"{command[0]} does not listen")
        assert process.poll() is None, f"{command} ended with {process.returncode}"
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def versions() -> dict[str, str]:
    """Return the versions of the peers that are installed."""
    found = {}
    for name in {"ustreamer", "mjpg_streamer"} - set(missing_peers()):
        done = subprocess.run([name, "--version"], check=False, capture_output=True, text=True)
        found[name] = (done.stdout or done.stderr).strip().splitlines()[0]
    return found


def missing_peers() -> list[str]:
    """Return the names of the peers that are not installed."""
    return [name for name in ("ustreamer", "mjpg_streamer") if not shutil.which(name)]
