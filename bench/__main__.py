"""Measure this camera beside its peers and its goals.

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
from dataclasses import asdict
from pathlib import Path

from bench import fanout, packs, servers, small, table
from bench.table import Row

RESULTS = Path(__file__).parent / "results"
SHORT = {10: 1, 100: 1, 500: 3, 1000: 1}
FULL = {1: 3, 10: 3, 100: 3, 500: 3, 1000: 3}
"""Number of viewers to rounds."""


def say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def measure_fanout(folder: Path, full: bool, keep: dict[str, object]) -> list[Row]:
    """Run the fan-out and print its own table."""
    source, served = folder / "source.pack", folder / "served.pack"
    packs.write(source, packs.film())
    pictures = fanout.served_pictures(folder, source)
    packs.write(served, pictures)
    start = fanout.starters(folder, source, served)
    results = fanout.measure(start, FULL if full else SHORT, 8 if full else 4, say)
    keep["fanout"] = [{"server": name, "viewers": n, "runs": runs} for (name, n), runs in results.items()]
    size = sum(map(len, pictures)) / len(pictures)
    print(f"\nMJPEG fan-out, 1280x720, 30 pictures a second of {size / 1000:.0f} KB; medians\n")
    print(table.text(fanout.table(results)))
    if (others := fanout.other_work(results)) > 0.1:
        print(f"\nother programs used {others:.1f} cores meanwhile: delays and losses are theirs as much as ours")
    return fanout.rows(results)


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
    parser.add_argument("--full", action="store_true", help="every number of viewers three times; 15 minutes")
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES", help="also 500 viewers for so long")
    parser.add_argument("--only", default="", help="some of fanout,requests,start,idle,memory,slow")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    keep: dict[str, object] = {"machine": machine(), "when": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
    seconds = 8.0 if options.full else 4.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        suites: dict[str, Callable[[], list[Row]]] = {
            "start": lambda: small.start_up(folder),
            "idle": lambda: small.idle(folder, 5 * seconds / 2),
            "requests": lambda: small.requests(folder, seconds),
            "memory": lambda: small.memory(folder, seconds),
            "slow": lambda: small.slow_viewers(folder, seconds * 2),
            "fanout": lambda: measure_fanout(folder, options.full, keep),
        }
        if options.soak:
            suites["soak"] = lambda: small.soak(folder, options.soak, say)
        rows: list[Row] = []
        for suite, run in suites.items():
            if not options.only or suite in [*options.only.split(","), "soak"]:
                say(suite)
                rows += run()
    print("\n" + table.text([table.HEAD, *(row.cells() for row in rows)]))
    for peer, version in servers.versions().items():
        print(f"{peer}: {version}")
    for peer in servers.missing_peers():
        print(f"not measured: {peer} is not installed")
    keep["rows"] = [asdict(row) for row in rows]
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.write_text(json.dumps(keep, indent=1))
    print(f"all figures: {file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}")


main()
