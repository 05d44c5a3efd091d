"""Long runs that prove reliability; the report goes to ``docs/soak.md`` with ``--report``.

usage: make soak [ARGS="--only NAME,NAME --minutes N --kills N --cuts N --runs N --viewers N --report"]
"""

import argparse
import platform
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from soak import endurance, envelopes, fuzzing, kills, passthrough, power_cuts, webrtc
from soak.report import Row, write

REPORT = Path(__file__).parents[1] / "docs" / "soak.md"


def main() -> int:
    """Make the requested runs; return the exit code: 0 if none failed, else 1."""
    parser = argparse.ArgumentParser(prog="make soak", description="Prove reliability by long runs.")
    parser.add_argument(
        "--minutes", type=float, default=60, help="of the endurance run (60), and half of it of the passthrough run"
    )
    parser.add_argument("--kills", type=int, default=500, help="kill -9 of a camera whose settings change (500)")
    parser.add_argument("--cuts", type=int, default=200, help="power cuts; need root, mkfs.ext4 and loop devices (200)")
    parser.add_argument("--runs", type=int, default=1_000_000, help="fuzz runs of each parser (1,000,000)")
    parser.add_argument("--viewers", type=int, default=500, help="WebRTC viewers that connect and disconnect (500)")
    parser.add_argument(
        "--only",
        default="kills,cuts,fuzzing,envelopes,webrtc,passthrough,endurance",
        metavar="NAME,NAME",
        help="runs to make",
    )
    parser.add_argument("--report", action="store_true", help=f"write {REPORT.name}")
    options = parser.parse_args()
    runs: dict[str, Callable[[Path], list[Row]]] = {
        "kills": lambda folder: kills.run(folder, options.kills),
        "cuts": lambda folder: power_cuts.run(folder, options.cuts),
        "fuzzing": lambda folder: fuzzing.run(options.runs),
        "envelopes": lambda folder: envelopes.run(folder, options.runs),
        "webrtc": lambda folder: webrtc.run(folder, options.viewers),
        "passthrough": lambda folder: passthrough.run(folder, options.minutes / 2),
        "endurance": lambda folder: endurance.run(folder, options.minutes),
    }
    rows: list[Row] = []
    for name in options.only.split(","):
        with tempfile.TemporaryDirectory(prefix=f"soak-{name}-", ignore_cleanup_errors=True) as folder:
            rows += runs[name](Path(folder))
    for row in rows:
        print(f"{row.run:50} {row.result:70} {row.criterion:30} {row.passed}")
    if options.report:
        now = datetime.now(UTC)
        write(
            REPORT, rows, f"{now:%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}, shared machine."
        )
    return 0 if all(row.passed is not False for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
