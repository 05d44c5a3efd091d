"""Times of the camera's start, restart and stop, and its processor time while idle."""

import contextlib
import statistics
import time
from http.client import HTTPException
from pathlib import Path

from bench import load, relay, rtsp, servers, yardsticks
from bench.servers import Target
from bench.table import Row
from tests.e2e.camera import eventually, reachable
from tests.e2e.parts import sdk_parts


def start_up(folder: Path, times: int = 5) -> list[Row]:
    """Return the times to listening, to the first MJPEG picture, of a restart, and of the end with a viewer."""
    taken: dict[str, list[float]] = {}
    for _ in range(times):
        begun = time.monotonic()
        with servers.ipcamd(folder, "--source=scene") as target:
            taken.setdefault("start to listening", []).append(time.monotonic() - begun)
            with target.client.open(target.stream) as answer:
                next(sdk_parts(answer))
            taken.setdefault("start to first picture", []).append(time.monotonic() - begun)
            taken.setdefault("restart to listening again", []).append(_restarted(target))
            viewer = target.client.open(target.stream)
            next(sdk_parts(viewer.__enter__()))
            begun = time.monotonic()
        taken.setdefault("SIGTERM to end, while watched", []).append(time.monotonic() - begun)
        viewer.__exit__(None, None, None)
    goals = {
        "start to listening": (6, 3.5),
        "start to first picture": (12, 7),
        "restart to listening again": (20, 5),
        "SIGTERM to end, while watched": (10, 4),
    }
    return [
        Row(title, statistics.median(seconds) * 1000, "ms", yardsticks.imports(), *goals[title], less=True)
        for title, seconds in taken.items()
    ]


def _restarted(target: Target) -> float:
    """Restart the camera; return the seconds until it answers again."""
    begun = time.monotonic()
    with target.client.open(target.stream) as viewer, contextlib.suppress(OSError, HTTPException):
        target.client.get("/cgi/admin/restart.cgi")
        while viewer.read(1 << 16):
            pass
    eventually(lambda: reachable(target.port) and target.client.get(target.snapshot).status == 200)
    return time.monotonic() - begun


def idle(folder: Path, seconds: float) -> list[Row]:
    """Return the processor time of a camera whose viewers have left; its source closes some seconds later."""
    with servers.ipcamd(folder, "--source=scene") as target:
        with target.client.open(target.stream) as answer:
            next(sdk_parts(answer))
        used_ms = _idle_ms(target.pid, seconds)
        threads = len(list(Path(f"/proc/{target.pid}/task").iterdir()))
    with relay.camera(folder, "scene") as origin, relay.camera(folder, relay.address(origin)) as near:
        assert near.rtsp
        rtsp.watch(rtsp.Server("ipcamd", near.rtsp, near.pid), "tcp", 1, 1)
        passing_ms = _idle_ms(near.pid, seconds)
    return [
        Row("idle: CPU of a second", used_ms, "ms", yardsticks.jpeg(), 1.5, 0.3, less=True),
        Row("idle after passing through: CPU of a second", passing_ms, "ms", None, 5, 1, less=True),
        Row("idle: threads", threads, least=4, aim=3, less=True),
    ]


def _idle_ms(pid: int, seconds: float) -> float:
    """Return the processor time, in ms per second, of a camera whose last viewer has just left."""
    time.sleep(20)
    before = load.processor_seconds(pid)
    time.sleep(seconds)
    return (load.processor_seconds(pid) - before) / seconds * 1000
