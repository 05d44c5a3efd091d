"""How long it takes to start, and what it costs to do nothing."""

import statistics
import time
from pathlib import Path

from bench import load, servers
from bench.table import Row
from tests.e2e.parts import sdk_parts


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
        time.sleep(20)
        before = load.processor_seconds(target.pid)
        time.sleep(seconds)
        used = load.processor_seconds(target.pid) - before
    return [Row("idle, nobody watching", used / seconds * 100, 0.5, 0.1, "% of a core", less=True)]
