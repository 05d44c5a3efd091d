"""MJPEG fan-out: viewers of one stream, compared with the peers and with the least work of a C program."""

import contextlib
import itertools
import statistics
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from bench import load, servers
from bench.servers import Target
from bench.table import Row, Yardstick
from tests.e2e.parts import sdk_parts

Start = Callable[[], AbstractContextManager[Target]]
Results = dict[tuple[str, int], list[load.Result]]

PASSING = "ipcamd, passing on"
"""The camera while it passes a webcam's pictures through, as the peers do."""

QUALITY = 2
"""Quality of the MJPEG stream, at which a picture of the video has about 75 KB."""


def served_pictures(folder: Path, source: Path, count: int = 60) -> list[bytes]:
    """Return the camera's pictures of the source pack: the peers then serve the same bytes."""
    with camera(source, folder) as target, target.client.open(target.stream) as answer:
        return [part.payload for part in itertools.islice(sdk_parts(answer), count)]


@contextlib.contextmanager
def camera(source: Path, folder: Path, passthrough: str = "off") -> Iterator[Target]:
    """Run ipcamd on the stand-in for a V4L2 camera: it encodes every picture again, or passes it through."""
    with servers.ipcamd(folder, f"--source={servers.DEVICE}", environment=servers.fake_camera(source)) as target:
        target.client.update("Image.MJPEG", Quality=QUALITY, Passthrough=passthrough)
        yield target


def starters(folder: Path, source: Path, served: Path) -> dict[str, Start]:
    """Return a function that starts each server, for the servers that are installed."""
    start: dict[str, Start] = {
        "ipcamd": lambda: camera(source, folder),
        PASSING: lambda: camera(served, folder, "auto"),
    }
    if "ustreamer" not in servers.missing_peers():
        start["ustreamer"] = lambda: servers.ustreamer(served, folder)
    if "mjpg_streamer" not in servers.missing_peers():
        start["mjpg-streamer"] = lambda: servers.mjpg_streamer(served)
    start["C copy"] = lambda: servers.limit(served, "copy")
    start["C sendfile"] = lambda: servers.limit(served, "sendfile")
    return start


def measure(start: dict[str, Start], counts: dict[int, int], seconds: float, say: Callable[[str], None]) -> Results:
    """Measure the servers in turns with each number of viewers; `counts` has the rounds by number of viewers."""
    results: Results = {}
    for viewers, rounds in counts.items():
        for round_ in range(rounds):
            for name, starter in start.items():
                say(f"{viewers} viewers, round {round_ + 1}: {name}")
                with starter() as target:
                    results.setdefault((name, viewers), []).append(load.watch(target, viewers, seconds))
    return results


def median(results: Results, name: str, viewers: int, key: str) -> float:
    return statistics.median(result[key] for result in results.get((name, viewers), ()))


def per_loop_second(result: load.Result) -> float:
    """Frames per processor second of the first thread, which in ipcamd does all of the fan-out and no encoding."""
    return result["frames_per_s"] * result["seconds"] / max(result["server_main_s"], 0.01)


def other_work(results: Results) -> float:
    """Return how many cores other programs on this machine used meanwhile."""
    runs = [run for group in results.values() for run in group]
    others = sum(run["machine_busy_s"] - run["server_cpu_s"] - run["load_cpu_s"] for run in runs)
    return max(0.0, others / sum(run["seconds"] for run in runs))


def table(results: Results) -> list[tuple[str, ...]]:
    """Return the lines of the printed table: one for each server and number of viewers."""
    head = ("server", "viewers", "fps least", "fps median", "lost", "p50 ms", "p99 ms", "core", "frames/CPU s", "MB")
    lines = [head]
    for (name, viewers), runs in results.items():
        get = {key: statistics.median(run[key] for run in runs) for key in runs[0] if key != "mode"}
        lines.append((
            name,
            str(viewers),
            f"{get['fps_min']:.1f}",
            f"{get['fps_median']:.1f}",
            f"{get['dropped_share']:.1%}",
            f"{get['delay_p50_ms']:.1f}",
            f"{get['delay_p99_ms']:.1f}",
            f"{get['server_cpu_s'] / get['seconds']:.0%}",
            f"{get['frames_per_cpu_s']:,.0f}",
            f"{get['server_memory_mb']:.0f}",
        ))  # fmt: skip
    return lines


PEERS = {"ustreamer": (2.5, 3.3), "mjpg-streamer": (2.5, 3.2), "C copy": (0.95, 1.1), "C sendfile": (0.8, 0.9)}
"""Yardsticks for 500 viewers, with the goal and the aim of the ratio."""
PASSING_LEAST = {"ustreamer": 3.0, "mjpg-streamer": 3.0, "C sendfile": 0.9}
"""Goals for the whole camera while it passes pictures through."""
LIMIT = "C sendfile"


def rows(results: Results) -> list[Row]:
    """Return the comparison with the peers and with the C program."""
    measured = {name for name, _ in results}
    found = [row for peer, goals in PEERS.items() if peer in measured for row in efficiency(results, peer, *goals)]
    for viewers in (500, 1000):
        if (LIMIT, viewers) in results and ("ipcamd", viewers) in results:
            found += delivery(results, viewers)
    return found


def efficiency(results: Results, peer: str, least: float, aim: float) -> list[Row]:
    """Return the pictures per processor second for 500 viewers."""
    theirs = Yardstick(peer, median(results, peer, 500, "frames_per_cpu_s"))
    whole, passing = (median(results, name, 500, "frames_per_cpu_s") for name in ("ipcamd", PASSING))
    loop = statistics.median(per_loop_second(run) for run in results["ipcamd", 500])
    return [
        Row("500 viewers: pictures a CPU second, fan-out", loop, "1/s", theirs, least, aim),
        Row("500 viewers: pictures a CPU second, whole camera, encoding", whole, "1/s", theirs),
        Row("500 viewers: pictures a CPU second, whole camera", passing, "1/s", theirs, PASSING_LEAST.get(peer)),
    ]


def delivery(results: Results, viewers: int) -> list[Row]:
    """Return delay, loss and processor time, compared with the C program."""

    def beside(title: str, unit: str, value: Callable[[str], float], *goals: float, less: bool = False) -> Row:
        yardstick = Yardstick(LIMIT, value(LIMIT))
        return Row(f"{viewers} viewers: {title}", value("ipcamd"), unit, yardstick, *goals, less=less)

    def delay(name: str, key: str) -> float:
        return max(0.01, median(results, name, viewers, key) - median(results, name, 10, "delay_p50_ms"))

    return [
        beside("delay added, half within", "ms", lambda name: delay(name, "delay_p50_ms"), 2, 1.2, less=True),
        beside("delay added, 99 of 100 within", "ms", lambda name: delay(name, "delay_p99_ms"), 2, 1.2, less=True),
        beside("pictures received", "%", lambda name: received(results, name, viewers), 0.98, 1),
        beside("slowest viewer", "fps", lambda name: median(results, name, viewers, "fps_min"), 0.98, 1),
        beside("CPU, whole camera", "% of a core", lambda name: 100 * cores(results, name, viewers), less=True),
    ]


def received(results: Results, name: str, viewers: int) -> float:
    return 100 * (1 - median(results, name, viewers, "dropped_share"))


def cores(results: Results, name: str, viewers: int) -> float:
    return statistics.median(run["server_cpu_s"] / run["seconds"] for run in results[name, viewers])
