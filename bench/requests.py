"""Requests per second: snapshots and answers, with login, on persistent connections, beside a bare web server."""

import statistics
from collections.abc import Mapping
from pathlib import Path

from bench import load, servers
from bench.servers import Target
from bench.table import Row, Yardstick

LIST = "/cgi/admin/param.cgi?action=list&group=Image.H264"
CONNECTIONS, ROUNDS = 20, 3


def requests(folder: Path, seconds: float) -> list[Row]:
    """Send requests to this camera with login and to bare servers without, in turns; return medians of the rounds."""
    picture = folder / "snapshot.jpg"
    with servers.ipcamd(folder, "--source=scene") as camera:
        picture.write_bytes(camera.client.get(camera.snapshot).body)
        with servers.bare(picture) as plain, servers.bare(picture, uvloop=True) as fast:
            targets = {"ipcamd": (camera, LIST), plain.name: (plain, "/answer"), fast.name: (fast, "/answer")}
            answers = _ask(targets, seconds)
            shots = _ask({name: (target, target.snapshot) for name, (target, _) in targets.items()}, seconds)
    rows = []
    for title, results, least in (("CGI answers", answers, 0.8), ("snapshots", shots, 0.8)):
        ours = results["ipcamd"]
        for name in (fast.name, plain.name):
            goal = (least, 1.0) if name == fast.name else (None, None)
            beside = Yardstick(name, results[name]["requests_per_s"])
            rows.append(Row(f"{title} with login", ours["requests_per_s"], "1/s", beside, *goal))
        beside = Yardstick(fast.name, results[fast.name]["requests_per_cpu_s"])
        rows.append(Row(f"{title}, per CPU second", ours["requests_per_cpu_s"], "1/s", beside))
        beside = Yardstick(fast.name, results[fast.name]["delay_p99_ms"])
        rows.append(Row(f"{title}, 99 of 100 within", ours["delay_p99_ms"], "ms", beside, less=True))
    return rows


def _ask(targets: Mapping[str, tuple[Target, str]], seconds: float) -> dict[str, load.Result]:
    """Send requests to each server, in turns; return the medians of the rounds."""
    runs: dict[str, list[load.Result]] = {name: [] for name in targets}
    for _ in range(ROUNDS):
        for name, (target, path) in targets.items():
            runs[name].append(load.ask(target, path, CONNECTIONS, seconds / 2))
    keys = ("requests_per_s", "requests_per_cpu_s", "delay_p99_ms")
    return {name: {key: statistics.median(run[key] for run in found) for key in keys} for name, found in runs.items()}
