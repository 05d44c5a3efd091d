"""WebRTC: viewers of one H.264 stream that the camera passes through, compared with a sender of aiortc.

Both read the same pictures from a file and encode none, so that whole processes are compared.

usage: python -m bench.webrtc
"""

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import packs, relay, rtsp, servers, table
from bench.load import Result
from bench.rtsp import Server
from bench.table import Row, Yardstick
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


def record(folder: Path) -> tuple[Path, Path]:
    """Record what the camera encodes; return the file that the camera plays and the one that the peer plays."""
    pack, movie, stream = (folder / f"webrtc.{suffix}" for suffix in ("pack", "mp4", "h264"))
    packs.write(pack, packs.jpegs())
    with rtsp.ipcamd(folder, pack) as server:
        rtsp.record(server, stream)
    # without its times: a busy camera encodes fewer pictures
    mux = ["ffmpeg", "-v", "error", "-r", str(rtsp.FPS), "-i", str(stream), "-c", "copy", str(movie)]
    subprocess.run(mux, check=True, timeout=60)
    return movie, stream


def measure(folder: Path, seconds: float, say: Callable[[str], None]) -> dict[str, Result]:
    """Measure each server."""
    movie, stream = record(folder)
    results = {}
    with relay.camera(folder, str(movie)) as camera:
        say(f"{VIEWERS} viewers: ipcamd")
        results["ipcamd"] = watch(Server("ipcamd", camera.port, camera.pid), VIEWERS, seconds)
        assert relay.relay_state(camera) == "passed through"
    port = free_port()
    command = [sys.executable, "-m", "bench.aiortc_whep", str(port), str(stream)]
    with servers.running(command, port, {}) as pid:
        say(f"{PEER_VIEWERS} viewers: aiortc")
        results["aiortc"] = watch(Server("aiortc", port, pid), PEER_VIEWERS, seconds)
    return results


def rows(results: dict[str, Result]) -> list[Row]:
    """Return the comparison with the peer."""
    ours, theirs = results["ipcamd"], results["aiortc"]
    version = importlib.metadata.version("aiortc")
    peer = Yardstick(f"aiortc {version}, {PEER_VIEWERS} viewers", theirs["pictures"] / theirs["cpu_s"])
    title, rate = f"WebRTC passed through, {VIEWERS} viewers", ours["pictures"] / ours["cpu_s"]
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
