"""WebRTC: viewers of one H.264 stream, compared with a sender of aiortc.

usage: python -m bench.webrtc
"""

import contextlib
import importlib.metadata
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import packs, rtsp, servers, table
from bench.load import Result
from bench.rtsp import Server
from bench.table import Row, Yardstick
from tests.e2e.camera import CameraProcess
from tests.ports import free_port

VIEWERS, PEER_VIEWERS = 100, 20
"""A hundred viewers are too many for the peer, which then has no time for their handshakes."""
LEAST = 3.0
"""Goal: pictures per second of processor time, relative to the peer's."""


def watch(server: Server, viewers: int, seconds: float) -> Result:
    """Watch with this number of viewers for this time."""
    command = [sys.executable, "-m", "bench.webrtc_viewers", str(server.port), str(server.pid), str(viewers)]
    done = subprocess.run([*command, str(seconds)], check=False, capture_output=True, text=True, timeout=seconds + 120)
    if done.returncode:
        raise RuntimeError(done.stderr)
    result: Result = json.loads(done.stdout)
    return result


def measure(folder: Path, seconds: float, say: Callable[[str], None]) -> dict[str, Result]:
    """Measure each server."""
    source, stream = folder / "webrtc.pack", folder / "webrtc.h264"
    packs.write(source, packs.jpegs())
    options = ["--log-level=warning", "--viewers=5000", f"--source={servers.DEVICE}"]
    camera = CameraProcess(folder / "state-webrtc", *options, environment=servers.fake_camera(source)).start()
    try:
        camera.client.update("Image.H264", Ratecontrol="cbr", Bitrate=rtsp.KBPS, Framerate=rtsp.FPS)
        assert camera.rtsp, "RTSP is off"
        rtsp.record(Server("ipcamd", camera.rtsp, camera.pid), stream)
        say(f"{VIEWERS} viewers: ipcamd")
        results = {"ipcamd": watch(Server("ipcamd", camera.port, camera.pid), VIEWERS, seconds)}
    finally:
        camera.stop()
    port = free_port()
    with contextlib.ExitStack() as stack:
        command = [sys.executable, "-m", "bench.aiortc_whep", str(port), str(stream)]
        pid = stack.enter_context(servers.running(command, port, {}))
        say(f"{PEER_VIEWERS} viewers: aiortc")
        results["aiortc"] = watch(Server("aiortc", port, pid), PEER_VIEWERS, seconds)
    return results


def rows(results: dict[str, Result]) -> list[Row]:
    """Return the comparison with the peer. The first thread of ipcamd does all of WebRTC and no encoding."""
    ours, theirs = results["ipcamd"], results["aiortc"]
    version = importlib.metadata.version("aiortc")
    peer = Yardstick(f"aiortc {version}, {PEER_VIEWERS} viewers", theirs["pictures"] / theirs["cpu_s"])
    title, rate = f"WebRTC, {VIEWERS} viewers", ours["pictures"] / ours["first_thread_s"]
    return [
        Row(f"{title}: pictures a CPU second", rate, "", peer, LEAST),
        Row(f"{title}: slowest viewer", ours["rate_min"], "pictures/s", None, 0.9 * rtsp.FPS),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        results = measure(Path(name), 8.0, lambda text: print(f"  {text}", flush=True))
    print(json.dumps(results))
    print(table.text([table.HEAD, *(row.cells() for row in rows(results))]))


if __name__ == "__main__":
    main()
