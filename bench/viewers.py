"""What viewers cost and see: delay with everything on, memory, slow ones, and many for a long time."""

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bench import fanout, load, packs, servers
from bench.servers import Target
from bench.table import Row

EVERYTHING = {
    "Brightness": 140, "Contrast": 150, "Saturation": 160, "Sharpness": 200, "OverlayText": "on",
    "OverlayDate": "on", "OverlayOpaque": "on", "Mirror": "on", "Flip": "on",
}  # fmt: skip

SLOW_LINE = 400_000
"""Bytes a second that a slow viewer reads."""


def live(folder: Path, seconds: float) -> list[Row]:
    """From the capture to the viewer with every adjustment and overlay on, a hundred watching."""
    source = folder / "live.pack"
    packs.write(source, packs.film())
    with fanout.camera(source, folder) as target:
        target.client.update("ImageSource.IO.Sensor", **EVERYTHING)
        seen = load.watch(target, 100, seconds)
    return [
        Row("grab to viewer, everything on, 100 viewers, p50", seen["delay_p50_ms"], 15, 10, "ms", less=True),
        Row("grab to viewer, everything on, 100 viewers, p99", seen["delay_p99_ms"], 50, 25, "ms", less=True),
        Row("processor, everything on, 100 viewers", seen["server_cpu_s"] / seen["seconds"], unit="cores"),
    ]


def memory(folder: Path, seconds: float) -> list[Row]:
    """What a viewer costs in the process's memory: 1,000 against 1."""
    with servers.ipcamd(folder, "--source=scene") as target:
        one = load.watch(target, 1, seconds)["server_pss_mb"]
        many = load.watch(target, 1000, seconds)["server_pss_mb"]
    return [Row("memory a viewer", (many - one) * 1024 / 999, 4, 2, "KB", less=True)]


def slow_viewers(folder: Path, seconds: float) -> list[Row]:
    """Fifty viewers on slow lines beside ten good ones; segments as on Ethernet."""
    with servers.ipcamd(folder, "--source=scene") as target:
        alone = load.watch(target, 10, seconds, mss=1448)
        beside = load.watch(target, 10, seconds, mss=1448, slow=50, slow_rate=SLOW_LINE)
    return [
        Row(
            "a slow viewer's picture is old (3 Mbit/s), p50", beside["slow_delay_p50_ms"] / 1000, 1, 0.7, "s", less=True
        ),
        Row("kernel memory of 50 slow viewers", beside["tcp_mem_mb"] - alone["tcp_mem_mb"], 15, 10, "MB", less=True),
        Row("good viewers beside them lose", beside["dropped_share"] * 100, 0.0, 0.0, "%", less=True),
    ]


def soak(folder: Path, minutes: float, say: Callable[[str], None]) -> list[Row]:
    """Four hundred good viewers, 50 slow, 50 that read nothing: what must stay level does."""
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
    del samples[-1]  # the load had ended by then
    quarter = len(samples) // 4
    early, late = middle(samples[quarter : 2 * quarter + 1]), middle(samples[-quarter - 1 :])
    return [
        Row("soak: memory grows", (late["rss_mb"] / early["rss_mb"] - 1) * 100, 5, 1, "%", less=True),
        Row("soak: open files grow", late["files"] - early["files"], 2, 0, "", less=True),
        Row("soak: kernel buffers grow", late["tcp_mb"] - early["tcp_mb"], 5, 1, "MB", less=True),
        Row("soak: good viewers lose", result["dropped_share"] * 100, 0.0, 0.0, "%", less=True),
        Row("soak: slowest good viewer", result["fps_min"], 29.5, 29.9, "fps"),
        Row("soak: viewers that read nothing and were cut", result["cut"], 50, 50),
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
