"""Requests, start-up, idling, memory, slow viewers, and the long run."""

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bench import load, servers
from bench.servers import Target
from bench.table import Row
from tests.e2e.parts import sdk_parts

LIST = "/cgi/admin/param.cgi?action=list&group=Image.H264"


def requests(folder: Path, seconds: float) -> list[Row]:
    """Snapshots and answers of param.cgi, with login, on 20 kept connections."""
    with servers.ipcamd(folder, "--source=scene") as target:
        target.client.get(target.snapshot)
        shots = load.ask(target, target.snapshot, 20, seconds)
        answers = load.ask(target, LIST, 20, seconds)
    return [
        Row("snapshots a second (login, keep-alive)", shots["requests_per_s"], 10_000, 25_000, "1/s"),
        Row("snapshots a processor second", shots["requests_per_cpu_s"], unit="1/s"),
        Row("CGI answers a second (login, keep-alive)", answers["requests_per_s"], 15_000, 30_000, "1/s"),
        Row("CGI answer, p99", answers["delay_p99_ms"], unit="ms", less=True),
    ]


def start_up(folder: Path, times: int = 5) -> list[Row]:
    """From exec to the ready line, and to the first whole picture of an MJPEG viewer."""
    listening, first = [], []
    for _ in range(times):
        begin = time.monotonic()
        with servers.ipcamd(folder, "--source=scene") as target:
            listening.append(time.monotonic() - begin)
            with target.client.open(target.stream) as answer:
                next(sdk_parts(answer))
            first.append(time.monotonic() - begin)
    return [
        Row("start to listening", statistics.median(listening) * 1000, 300, 150, "ms", less=True),
        Row("start to first picture", statistics.median(first) * 1000, 800, 450, "ms", less=True),
    ]


def idle(folder: Path, seconds: float) -> list[Row]:
    """Processor time of a camera that nobody watches any more (its source is closed some seconds after the last)."""
    with servers.ipcamd(folder, "--source=scene") as target:
        with target.client.open(target.stream) as answer:
            next(sdk_parts(answer))
        time.sleep(10)
        before = load.processor_seconds(target.pid)
        time.sleep(seconds)
        used = load.processor_seconds(target.pid) - before
    return [Row("idle, nobody watching", used / seconds * 100, 0.5, 0.1, "% of a core", less=True)]


def memory(folder: Path, seconds: float) -> list[Row]:
    """What a viewer costs in the process's memory: 1,000 against 1."""
    with servers.ipcamd(folder, "--source=scene") as target:
        one = load.watch(target, 1, seconds)["server_pss_mb"]
        many = load.watch(target, 1000, seconds)["server_pss_mb"]
    return [Row("memory a viewer", (many - one) * 1024 / 999, 4, 2, "KB", less=True)]


SLOW_LINE = 400_000
"""Bytes a second that a slow viewer reads."""


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
