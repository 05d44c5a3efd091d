"""RTSP: viewers of one H.264 stream, over TCP and UDP, compared with GStreamer's server and with the least work in C.

usage: python -m bench.rtsp [--full]
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import packs, servers, table
from bench.load import Result
from bench.servers import BUILD
from bench.table import Row, Yardstick
from tests.e2e.camera import PASSWORD, CameraProcess, basic
from tests.ports import free_port

SYSTEM_PYTHON = "/usr/bin/python3"
PEER = "GStreamer"
LIMIT = "C send"
"""C program that calls `send` for each picture and viewer over TCP and does nothing else."""
FPS, KBPS = 30, 2000
SHORT = {10: 1, 100: 1, 500: 3, 1000: 1}
FULL = {10: 3, 100: 3, 500: 3, 1000: 3}
"""Number of rounds, by number of viewers."""

Results = dict[tuple[str, str, int], list[Result]]
"""Results by server, transport and number of viewers."""


@dataclass(frozen=True)
class Server:
    """A running RTSP server with the path ``/h264``."""

    name: str
    port: int
    pid: int


LOGIN = "Authorization: " + basic("admin", PASSWORD)["Authorization"]


@contextlib.contextmanager
def ipcamd(folder: Path, source: Path) -> Iterator[Server]:
    """Run this camera on the stand-in for a V4L2 camera; unlike the peer, it decodes and encodes every picture."""
    state = folder / f"state{time.monotonic_ns()}"
    options = ["--log-level=warning", "--viewers=5000", f"--source={servers.DEVICE}"]
    camera = CameraProcess(state, *options, environment=servers.fake_camera(source)).start()
    try:
        assert camera.rtsp, "RTSP is off"
        camera.client.update("Image.H264", Ratecontrol="cbr", Bitrate=KBPS, Framerate=FPS)
        yield Server("ipcamd", camera.rtsp, camera.pid)
    finally:
        camera.stop()


@contextlib.contextmanager
def gstreamer(stream: Path) -> Iterator[Server]:
    """Run GStreamer's server."""
    port = free_port()
    command = [SYSTEM_PYTHON, str(Path(__file__).with_name("gstreamer_rtsp.py")), str(port), str(stream), str(FPS)]
    with servers.running(command, port, {}) as pid:
        yield Server(PEER, port, pid)


@contextlib.contextmanager
def limit() -> Iterator[Server]:
    """Run the C limit with pictures of the stream's mean size."""
    port = free_port()
    command = [str(BUILD / "rtsp_limit"), str(port), str(FPS), str(KBPS * 125 // FPS)]
    with servers.running(command, port, {}) as pid:
        yield Server(LIMIT, port, pid)


def has_gstreamer() -> bool:
    test = "import gi; gi.require_version('GstRtspServer', '1.0')"
    return subprocess.run([SYSTEM_PYTHON, "-c", test], check=False, capture_output=True).returncode == 0


def record(server: Server, file: Path, seconds: float = 6) -> None:
    """Write the camera's stream to a file, so that the peer serves the same stream."""
    user = f"admin:{PASSWORD.replace(' ', '%20')}"
    url = f"rtsp://{user}@127.0.0.1:{server.port}/h264"
    command = ["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", url, "-an", "-c", "copy", "-t", str(seconds)]
    subprocess.run([*command, str(file)], check=True, timeout=60)


def write_command(server: Server, transport: str, viewers: int, seconds: float, settle_s: float = 1) -> list[str]:
    """Return the command of the load generator."""
    command = [str(BUILD / "rtspload"), transport, "--port", str(server.port), "--path", "/h264"]
    command += ["--pid", str(server.pid), "--clients", str(viewers), "--seconds", str(seconds), "--header", LOGIN]
    return [*command, "--settle", str(settle_s)]


def watch(server: Server, transport: str, viewers: int, seconds: float, settle_s: float = 1) -> Result:
    """Watch with this number of viewers for this time, from `settle_s` seconds after the last viewer's start."""
    command = write_command(server, transport, viewers, seconds, settle_s)
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=seconds + 120)
    if not done.stdout:
        raise RuntimeError(f"{command}: {done.stderr}")
    result: Result = json.loads(done.stdout)
    # the first thread of ipcamd does all of RTSP and no encoding
    cpu = result["server_main_s"] if server.name == "ipcamd" else result["server_cpu_s"]
    result["received"] = 100 * (1 - result["lost_share"])
    return result | {"frames_per_fan_s": result["frames_per_s"] * result["seconds"] / max(cpu, 0.01), "fan_s": cpu}


def measure(folder: Path, counts: dict[int, int], seconds: float, say: Callable[[str], None]) -> Results:
    """Measure the servers in turns."""
    source, stream = folder / "rtsp.pack", folder / "rtsp.h264"
    packs.write(source, packs.jpegs())
    results: Results = {}
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(ipcamd(folder, source))]
        record(running[0], stream)
        if has_gstreamer():
            running.append(stack.enter_context(gstreamer(stream)))
        running.append(stack.enter_context(limit()))
        for viewers, rounds in counts.items():
            for number in range(rounds):
                for transport in ("tcp", "udp"):
                    for server in running:
                        if server.name == LIMIT and transport == "udp":
                            continue
                        say(f"{viewers} viewers over {transport}, round {number + 1}: {server.name}")
                        result = watch(server, transport, viewers, seconds)
                        results.setdefault((server.name, transport, viewers), []).append(result)
    return results


def median(results: Results, name: str, transport: str, viewers: int, key: str) -> float:
    return statistics.median(result[key] for result in results.get((name, transport, viewers), ()))


def lines(results: Results) -> list[tuple[str, ...]]:
    """Return the lines of the printed table: one for each server, transport and number of viewers."""
    head = ("server", "way", "viewers", "fps least", "lost", "p50 ms", "p99 ms", "first key ms", "core", "frames/CPU s")
    found = [head]
    for (name, transport, viewers), runs in results.items():
        get = {key: statistics.median(run[key] for run in runs) for key in runs[0] if key != "mode"}
        delays = [f"{get[f'delay_{p}_ms']:.1f}" if name == "ipcamd" else "" for p in ("p50", "p99")]
        found.append((
            name, transport, str(viewers), f"{get['fps_min']:.1f}", f"{get['lost_share']:.2%}", *delays,
            f"{get['first_key_p50_ms']:.1f}", f"{get['fan_s'] / get['seconds']:.0%}", f"{get['frames_per_fan_s']:,.0f}",
        ))  # fmt: skip
    return found


def rows(results: Results) -> list[Row]:
    """Return the comparison with the peer and with the C program."""
    pictures = "RTSP tcp, 500 viewers: pictures a CPU second"
    found = beside(results, "tcp", 500, pictures, "frames_per_fan_s", 0.9, 1, peer=LIMIT)
    for way, least, aim in (("tcp", 1.7, 2.2), ("udp", 1.5, 1.9)):
        fan_out = f"RTSP {way}, 500 viewers: pictures a CPU second"
        found += beside(results, way, 500, fan_out, "frames_per_fan_s", least, aim)
        first = f"RTSP {way}, 500 viewers: first picture after PLAY, ms"
        found += beside(results, way, 500, first, "first_key_p50_ms", 0.5, 0.1, less=True)
        received = f"RTSP {way}, 1,000 viewers: packets received, %"
        found += beside(results, way, 1000, received, "received", 0.99, 1)
    return found


def beside(
    results: Results, way: str, viewers: int, title: str, key: str, *goals: float, less: bool = False, peer: str = PEER
) -> list[Row]:
    """Return a figure compared with the peer's; without the peer, only the figure."""
    if ("ipcamd", way, viewers) not in results:
        return []
    ours = median(results, "ipcamd", way, viewers, key)
    if (peer, way, viewers) not in results:
        return [Row(title, ours, less=less)]
    return [Row(title, ours, "", Yardstick(peer, median(results, peer, way, viewers, key)), *goals, less=less)]


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.rtsp", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every number of viewers three times")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        counts, seconds = (FULL, 8.0) if options.full else (SHORT, 4.0)
        results = measure(Path(name), counts, seconds, lambda text: print(f"  {text}", flush=True))
    print(f"\nH.264 over RTSP, 1280x720, {FPS} pictures a second, {KBPS / 1000:g} Mbit/s; medians\n")
    print(table.text(lines(results)))
    print("\n" + table.text([table.HEAD, *(row.cells() for row in rows(results))]))
    if not has_gstreamer():
        print(f"not measured: {PEER} (Debian: python3-gi, gir1.2-gst-rtsp-server-1.0)")


if __name__ == "__main__":
    main()
