"""Delays of an administrator's requests under load: with 10,000 open connections (1,000 of them slow, 200 viewers), and
with 200 viewers and a flood of 1,000 clients that send requests without pause."""

import contextlib
import os
import signal
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench import load, servers
from bench.servers import Target
from bench.table import Row
from tests.e2e.camera import eventually
from tests.e2e.crowd import CrowdProcess

VIEWERS, SLOW, SILENT, IDLE = 200, 1000, 6000, 2800
ASK = "/cgi/admin/param.cgi?action=list&group=Image.H264"
LISTERS, STRANGERS = 200, 800
"""Clients of the flood, which request a list of all parameters: with and without a login."""
LIST_ALL = "/cgi/admin/param.cgi?action=alllist"
PAUSE_S = 0.05
"""Pause between two requests of the administrator."""


def crowd(folder: Path, seconds: float) -> list[Row]:
    """Return the administrator's delays, the viewers' frame rate, the memory and the time to exit in the crowd."""
    seen: dict[str, load.Result] = {}
    with servers.ipcamd(folder, "--source=scene") as target:
        before_mb = _resident_mb(target)
        watching = threading.Thread(target=lambda: seen.update(viewers=load.watch(target, VIEWERS, 4 * seconds)))
        watching.start()
        with contextlib.closing(CrowdProcess(target.port, silent=SILENT, slow=SLOW, idle=IDLE)) as many:
            many.wait_until("open", SILENT + SLOW + IDLE)
            memory_mb = _resident_mb(target) - before_mb
            delays_ms = _ask(target, 3 * seconds)
            watching.join()
            exit_s = exit_time(target)
    return [
        Row("crowd: administrator, slowest answer", max(delays_ms), "ms", None, 1000, 300, less=True),
        Row("crowd: administrator, p50", statistics.median(delays_ms), "ms", less=True),
        Row("crowd: slowest viewer", seen["viewers"]["fps_min"], "pictures/s", None, 10, 25),
        Row("crowd: memory of 9,800 connections and 200 viewers", memory_mb, "MB", None, 120, 80, less=True),
        Row("crowd: SIGTERM to exit", exit_s, "s", None, 3, 1.5, less=True),
    ]


def flood(folder: Path, seconds: float) -> list[Row]:
    """Return the administrator's delays, the viewers' frame rate and the time to exit in the flood."""
    with servers.ipcamd(folder, "--source=scene") as target, ThreadPoolExecutor() as pool:
        strangers = pool.submit(load.ask, replace(target, login=""), LIST_ALL, STRANGERS, 4 * seconds)
        listers = pool.submit(load.ask, target, LIST_ALL, LISTERS, 4 * seconds)
        watching = pool.submit(load.watch, target, VIEWERS, 3 * seconds)
        time.sleep(seconds / 2)  # wait until the flood and the viewers have started
        delays_ms = _ask(target, 2 * seconds)
        fps_min = watching.result()["fps_min"]
        exit_s = exit_time(target)
        asked = listers.result()["requests_per_s"] + strangers.result()["requests_per_s"]
    return [
        Row("flood: administrator, slowest answer", max(delays_ms), "ms", None, 1000, 300, less=True),
        Row("flood: administrator, p50", statistics.median(delays_ms), "ms", less=True),
        Row("flood: answers to the flood", asked, "1/s"),
        Row("flood: slowest viewer", fps_min, "pictures/s", None, 10, 25),
        Row("flood: SIGTERM to exit", exit_s, "s", None, 3, 1.5, less=True),
    ]


def _ask(target: Target, seconds: float) -> list[float]:
    """Send requests, each on a new connection; return the delays in milliseconds."""
    delays_ms, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        answer = target.client.ask("GET", ASK)
        if answer.status != 200:
            raise RuntimeError(f"the administrator got {answer.status}")
        delays_ms.append((time.monotonic() - began) * 1000)
        time.sleep(PAUSE_S)
    return delays_ms


def exit_time(target: Target) -> float:
    """Send SIGTERM; return the seconds until the process has ended (it may remain a zombie)."""
    began = time.monotonic()
    os.kill(target.pid, signal.SIGTERM)
    eventually(lambda: "State:\tZ" in Path(f"/proc/{target.pid}/status").read_text(), "SIGTERM does not end it")
    return time.monotonic() - began


def _resident_mb(target: Target) -> float:
    text = Path(f"/proc/{target.pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024
