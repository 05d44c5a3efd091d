"""Compare this camera with other servers and with its goals.

usage: make bench [ARGS="--full | --soak MINUTES | --only NAME,NAME"]
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench import (
    crowd,
    delivery,
    exits,
    fanout,
    glass,
    lens,
    motion,
    onvif,
    packs,
    ptz,
    recording,
    relay,
    requests,
    rtsp,
    scrape,
    servers,
    stages,
    starting,
    table,
    tls,
    viewers,
    webrtc,
)
from bench.table import Row

RESULTS = Path(__file__).parent / "results"
SHORT = {10: 1, 100: 1, 500: 3, 1000: 1}
FULL = {1: 3, 10: 3, 100: 3, 500: 3, 1000: 3}
"""Number of rounds, by number of viewers."""


@dataclass
class Run:
    """One run of the benchmarks."""

    folder: Path
    full: bool
    soak: float
    """Minutes of the soak run; 0: none."""
    keep: dict[str, object] = field(default_factory=dict)
    """Further contents of the results file, by name."""

    @property
    def seconds(self) -> float:
        """Duration of a measurement."""
        return 8 if self.full else 4


def say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def mjpeg_fanout(run: Run) -> list[Row]:
    """Compare MJPEG with the peers, and print the table."""
    source, served = run.folder / "source.pack", run.folder / "served.pack"
    packs.write(source, packs.jpegs())
    pictures = fanout.served_pictures(run.folder, source)
    packs.write(served, pictures)
    start = fanout.starters(run.folder, source, served)
    results = fanout.measure(start, FULL if run.full else SHORT, run.seconds, say)
    run.keep["fanout"] = [{"server": name, "viewers": n, "runs": runs} for (name, n), runs in results.items()]
    size = sum(map(len, pictures)) / len(pictures)
    print(f"\nMJPEG fan-out, 1280x720, 30 pictures a second of {size / 1000:.0f} KB; medians\n")
    print(table.text(fanout.table(results)))
    if (others := fanout.other_work(results)) > 0.1:
        print(f"\nother programs used {others:.1f} cores meanwhile: delays and losses are theirs as much as ours")
    return fanout.rows(results)


def rtsp_fanout(run: Run) -> list[Row]:
    """Compare H.264 over RTSP with the peer, and print the table."""
    results = rtsp.measure(run.folder, rtsp.FULL if run.full else {500: 1, 1000: 1}, run.seconds, say)
    run.keep["rtsp"] = [{"server": name, "way": way, "viewers": n, "runs": r} for (name, way, n), r in results.items()]
    print(f"\nH.264 over RTSP, 1280x720, {rtsp.FPS} pictures a second, {rtsp.KBPS / 1000:g} Mbit/s; medians\n")
    print(table.text(rtsp.lines(results)))
    return rtsp.rows(results)


SUITES: dict[str, Callable[[Run], list[Row]]] = {
    "start": lambda run: starting.start_up(run.folder),
    "idle": lambda run: starting.idle(run.folder, 2.5 * run.seconds),
    "onvif": lambda run: onvif.onvif(run.folder, run.seconds),
    "requests": lambda run: requests.requests(run.folder, run.seconds),
    "scrape": lambda run: scrape.scrape(run.folder),
    "memory": lambda run: viewers.memory(run.folder, run.seconds),
    "slow": lambda run: viewers.slow_viewers(run.folder, 2 * run.seconds),
    "crowd": lambda run: crowd.crowd(run.folder, run.seconds),
    "flood": lambda run: crowd.flood(run.folder, run.seconds),
    "exits": lambda run: exits.exits(run.folder),
    "tls": lambda run: tls.rows(run.folder, 2 * run.seconds),
    "live": lambda run: viewers.live(run.folder, run.seconds),
    "stages": lambda run: stages.rows(stages.scene(90 if run.full else 45)),
    "motion": lambda _: motion.rows(),
    "ptz": lambda run: ptz.rows(run.folder, 21 if run.full else 11),
    "lens": lambda run: lens.rows(run.folder),
    "recording": lambda run: recording.rows(run.folder, 2 * run.seconds),
    "delivery": lambda run: delivery.measure(run.folder, 500 if run.full else 200),
    "fanout": mjpeg_fanout,
    "rtsp": rtsp_fanout,
    "relay": lambda run: relay.rows(relay.measure(run.folder, 3, 3 * run.seconds, say)),
    "webrtc": lambda run: webrtc.rows(webrtc.measure(run.folder, 2 * run.seconds, say)),
    "glass": lambda run: glass.rows(glass.measure(run.folder, 2 * run.seconds, say)),
    "soak": lambda run: viewers.soak(run.folder, run.soak, say) if run.soak else [],
}


def machine() -> dict[str, object]:
    cpu = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    return {
        "cpu": cpu.partition(":")[2].strip(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "peers": servers.versions(),
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("make bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every number of viewers three times; 20 minutes")
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES", help="also 500 viewers for so long")
    parser.add_argument("--only", default="", metavar="NAMES", help=f"some of {','.join(SUITES)}")
    return parser.parse_args()


def tell_peers() -> None:
    for peer, version in servers.versions().items():
        print(f"{peer}: {version}")
    for peer in servers.missing_peers():
        print(f"not measured: {peer} is not installed")
    if not rtsp.has_gstreamer():
        print(f"not measured: {rtsp.PEER}'s RTSP server is not installed")


def save(run: Run, rows: list[Row]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    kept = {"machine": machine(), "rows": [asdict(row) for row in rows], **run.keep}
    file.write_text(json.dumps(kept, indent=1))
    return file


def main() -> None:
    options = arguments()
    chosen = options.only.split(",") if options.only else list(SUITES)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        run = Run(Path(name), options.full, options.soak)
        for suite in chosen:
            say(suite)
            rows += SUITES[suite](run)
    print("\n" + table.text([table.HEAD, *(row.cells() for row in rows)]))
    tell_peers()
    print(f"all figures: {save(run, rows)}")


main()
