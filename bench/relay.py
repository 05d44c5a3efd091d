"""RTSP relay: this camera passes the H.264 of another camera through to many viewers, compared with GStreamer.

usage: python -m bench.relay
"""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import rtsp, servers, table
from bench.rtsp import Results, Server
from bench.table import Row, Yardstick
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.ports import free_port

VIEWERS, KBPS = 100, 4000
RELAY = "GStreamer's relay"
FIRST_BYTES = 2000
"""Part of a picture, after which the stream has its state."""
LEAST = 0.8
"""Goal: processor time of the whole camera per picture and viewer, relative to the peer's."""


@contextlib.contextmanager
def camera(folder: Path, source: str) -> Iterator[CameraProcess]:
    state = folder / f"state{time.monotonic_ns()}"
    started = CameraProcess(state, "--log-level=warning", "--viewers=5000", f"--source={source}").start()
    try:
        yield started
    finally:
        started.stop()


def address(origin: CameraProcess) -> str:
    """Return the URL of a camera's H.264 stream, with the login."""
    return f"rtsp://admin:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{origin.rtsp}/h264"


@contextlib.contextmanager
def gstreamer(address: str) -> Iterator[Server]:
    """Run GStreamer's server on another camera's stream."""
    port = free_port()
    command = [rtsp.SYSTEM_PYTHON, str(Path(__file__).with_name("gstreamer_rtsp.py")), str(port), address, "30"]
    with servers.running(command, port, {}) as pid:
        yield Server(RELAY, port, pid)


def measure(folder: Path, rounds: int, seconds: float, say: Callable[[str], None]) -> Results:
    """Measure the relays in turns."""
    results: Results = {}
    with contextlib.ExitStack() as stack:
        origin = stack.enter_context(camera(folder, "scene"))
        origin.client.update("Image.H264", Ratecontrol="cbr", Bitrate=KBPS)
        source = address(origin)
        near = stack.enter_context(camera(folder, source))
        assert near.rtsp
        relays = [Server("ipcamd", near.rtsp, near.pid)]
        if rtsp.has_gstreamer():
            relays.append(stack.enter_context(gstreamer(source)))
        for number in range(rounds):
            for relay in relays:
                say(f"{VIEWERS} viewers, round {number + 1}: {relay.name}")
                # each relay opens its source for these viewers, and this camera encodes until the next key frame
                result = rtsp.watch(relay, "tcp", VIEWERS, seconds, settle_s=4)
                result["cpu_us"] = 1e6 * result["server_cpu_s"] / (result["frames_per_s"] * result["seconds"])
                results.setdefault((relay.name, "tcp", VIEWERS), []).append(result)
                if relay.name == "ipcamd":
                    report = relay_state(near)
                    assert report == "passed through", report
    return results


def relay_state(near: CameraProcess) -> str:
    """Return the state of the relay's stream, which continues for a moment after the viewers have left."""

    def state() -> str:
        # anew, because the camera drops a viewer that does not read
        with near.client.open("/cgi/mpeg/stream1.cgi") as stream:
            stream.read(FIRST_BYTES)
            lines = near.client.get("/cgi/admin/serverreport.cgi").lines
        found = next(line.partition(":")[2] for line in lines if line.startswith("Stream H.264:"))
        return found if found == "passed through" else ""

    return str(eventually(state, "the relay encodes"))


def rows(results: Results) -> list[Row]:
    """Return the comparison with the peer."""
    title = f"RTSP relay, {VIEWERS} viewers: CPU for a picture to a viewer, us"
    ours = rtsp.median(results, "ipcamd", "tcp", VIEWERS, "cpu_us")
    if (RELAY, "tcp", VIEWERS) not in results:
        return [Row(title, ours, less=True)]
    theirs = Yardstick(RELAY, rtsp.median(results, RELAY, "tcp", VIEWERS, "cpu_us"))
    return [Row(title, ours, "", theirs, LEAST, less=True)]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        results = measure(Path(name), 3, 12.0, lambda text: print(f"  {text}", flush=True))
    print(table.text([table.HEAD, *(row.cells() for row in rows(results))]))


if __name__ == "__main__":
    main()
