"""Viewers: delay with all adjustments, memory, slow lines, and many viewers for a long time."""

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bench import fanout, load, packs, servers, yardsticks
from bench.servers import Target
from bench.table import Row, Yardstick

EVERYTHING = {
    "Brightness": 140, "Contrast": 150, "Saturation": 160, "Sharpness": 200, "OverlayText": "on",
    "OverlayDate": "on", "OverlayOpaque": "on", "Mirror": "on", "Flip": "on",
}  # fmt: skip

RUNS = 3
"""Runs for a median: a picture buffer in use at only one of the two measurements changes a run by 5 KB per viewer."""

SLOW_LINE = 400_000
"""Bytes per second that a slow viewer reads."""


def live(folder: Path, seconds: float) -> list[Row]:
    """Return the delay from capture to viewer with all adjustments and overlays and a hundred viewers."""
    source = folder / "live.pack"
    packs.write(source, packs.jpegs())
    with fanout.camera(source, folder) as target:
        target.client.update("ImageSource.IO.Sensor", **EVERYTHING)
        seen = load.watch(target, 100, seconds)
    one = yardsticks.jpeg()
    return [
        Row("capture to viewer, everything on, 100 viewers, p50", seen["delay_p50_ms"], "ms", one, 10, 6, less=True),
        Row("capture to viewer, everything on, 100 viewers, p99", seen["delay_p99_ms"], "ms", one, 30, 16, less=True),
        Row("CPU of a second of that", seen["server_cpu_s"] / seen["seconds"] * 1000, "ms", one, less=True),
    ]


def memory(folder: Path, seconds: float) -> list[Row]:
    """Return the memory of the process per viewer, from 500 viewers and one; it does not depend on the machine."""
    picture = folder / "small.jpg"
    picture.write_bytes(next(packs.jpegs(1, 10)))
    with servers.bare(picture) as bare:
        theirs = _viewer_kb(bare, seconds)
    ours = statistics.median(_camera_viewer_kb(folder, seconds) for _ in range(RUNS))
    return [
        Row("memory of a viewer", ours, "KB", Yardstick(bare.name, theirs), less=True),
        Row("memory of a viewer, at most 3 KB", ours, "KB", None, 3, 2, less=True),
    ]


def _camera_viewer_kb(folder: Path, seconds: float) -> float:
    with servers.ipcamd(folder, "--source=scene") as camera:
        return _viewer_kb(camera, seconds)


def _viewer_kb(target: Target, seconds: float) -> float:
    one = load.watch(target, 1, seconds)["server_memory_mb"]
    many = load.watch(target, 500, seconds)["server_memory_mb"]
    return (many - one) * 1024 / 499


def slow_viewers(folder: Path, seconds: float) -> list[Row]:
    """Return the figures of 50 viewers on slow lines and 10 good ones, with TCP segments as on Ethernet."""
    source, served = folder / "slow.pack", folder / "slow-served.pack"
    packs.write(source, packs.jpegs())
    packs.write(served, fanout.served_pictures(folder, source))
    with fanout.camera(source, folder) as camera:
        ours = _beside_slow(camera, seconds)
    with servers.limit(served, "sendfile") as limit:
        theirs = _beside_slow(limit, seconds)
    titles = {
        "age": ("age of the picture on a line of 3 Mbit/s, p50", "ms", 1.5, 1.0),
        "kernel": ("kernel memory of 50 slow viewers", "MB", 2, 1),
        "received": ("pictures that 10 good viewers beside them receive", "%", 0.99, 1.0),
    }
    return [
        Row(title, ours[key], unit, Yardstick(limit.name, theirs[key]), least, aim, less=key != "received")
        for key, (title, unit, least, aim) in titles.items()
    ]


def _beside_slow(target: Target, seconds: float) -> dict[str, float]:
    alone = load.watch(target, 10, seconds, mss=1448)
    beside = load.watch(target, 10, seconds, mss=1448, slow=50, slow_rate=SLOW_LINE)
    return {
        "age": beside["slow_delay_p50_ms"],
        "kernel": beside["tcp_mem_mb"] - alone["tcp_mem_mb"],
        "received": (1 - beside["dropped_share"]) * 100,
    }


def soak(folder: Path, minutes: float, say: Callable[[str], None]) -> list[Row]:
    """Return the growth of memory, files and buffers with 400 good viewers, 50 slow ones and 50 that read nothing."""
    with servers.ipcamd(folder, "--source=scene") as target:
        command = [str(servers.BUILD / "camload"), "mjpeg", "--port", str(target.port), "--path", target.stream]
        command += ["--header", target.login, "--clients", "400", "--slow", "50", "--deaf", "50"]
        command += ["--seconds", str(minutes * 60), "--pid", str(target.pid)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            samples = []
            while process.poll() is None:
                time.sleep(5)
                samples.append(sample(target))
                say(f"soak: {samples[-1]}")
            assert process.stdout
            result = json.loads(process.stdout.read())
    del samples[-1]  # it was taken after the end of the load
    quarter = len(samples) // 4
    early, late = middle(samples[quarter : 2 * quarter + 1]), middle(samples[-quarter - 1 :])
    return [
        Row("soak: memory grows", (late["rss_mb"] / early["rss_mb"] - 1) * 100, "%", None, 5, 1, less=True),
        Row("soak: open files grow", late["files"] - early["files"], "", None, 2, 0, less=True),
        Row("soak: kernel buffers grow", late["tcp_mb"] - early["tcp_mb"], "MB", None, 5, 1, less=True),
        Row("soak: good viewers lose", result["dropped_share"] * 100, "%", None, 0.0, 0.0, less=True),
        Row("soak: slowest good viewer", result["fps_min"], "fps", None, 29.5, 29.9),
        Row("soak: viewers that read nothing and were cut", result["cut"], "", None, 50, 50),
    ]


def middle(samples: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of each figure."""
    return {key: statistics.median(sample[key] for sample in samples) for key in samples[0]}


def sample(target: Target) -> dict[str, float]:
    status = Path(f"/proc/{target.pid}/status").read_text()
    rss = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]
    tcp = next(line for line in Path("/proc/net/sockstat").read_text().splitlines() if line.startswith("TCP:"))
    return {
        "rss_mb": round(int(rss) / 1024, 1),
        "files": len(list(Path(f"/proc/{target.pid}/fd").iterdir())),
        "tcp_mb": round(int(tcp.split()[-1]) * 4096 / 1e6, 1),
        "cpu_s": load.processor_seconds(target.pid),
    }
