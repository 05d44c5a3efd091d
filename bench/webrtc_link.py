"""WebRTC over bad lines: what Chromium loses, asks for again and shows of the live page's picture, and how old that is.

usage: python -m bench.webrtc_link [SECONDS]; needs root, for networks of its own.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import table
from bench.clock_frames import FPS, SIZE
from bench.glass import WATCH
from tests.e2e import chromium
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.webrtc.test_page import KEEP_CONNECTIONS
from tests.lossy_link import CAMERA_ADDRESS, LossyLink
from tests.networks import Neighbour, link_local, open_network

KBPS = 2000
LINES: dict[str, dict[str, float]] = {
    "0 % loss": {"delay_s": 0.05, "loss": 0.0},
    "1 % loss": {"delay_s": 0.05, "loss": 0.01},
    "3 % loss": {"delay_s": 0.05, "loss": 0.03},
    "5 % loss": {"delay_s": 0.05, "loss": 0.05},
    "1 Mbit/s": {"delay_s": 0.02, "loss": 0.0, "rate_bps": 1e6, "queue_s": 0.2},
    "1 Mbit/s, queue of 1 s": {"delay_s": 0.02, "loss": 0.0, "rate_bps": 1e6, "queue_s": 1.0},
}
"""Lines, with the delay of one direction. The thin ones have half the stream's bit rate."""
COUNTERS = (
    "packetsReceived", "packetsLost", "nackCount", "pliCount", "framesDecoded",
    "framesDropped", "freezeCount", "totalFreezesDuration", "keyFramesDecoded",
)  # fmt: skip
"""Of the statistics of WebRTC (W3C), since the start of the connection."""
STATISTICS = """connections.at(-1).getStats().then((report) =>
    [...report.values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "video") ?? {})"""
SETTLE_MS = 5000
"""Time before the measurement: a thin line is known after the first reports."""


@contextlib.contextmanager
def camera(folder: Path) -> Iterator[CameraProcess]:
    """Run a camera whose pictures show the time."""
    pipe = folder / "frames"
    os.mkfifo(pipe)
    writer = subprocess.Popen([sys.executable, "-m", "bench.clock_frames", str(pipe)])
    source = f"--source=pipe:{pipe}?format=gray&size={SIZE[0]}x{SIZE[1]}&rate={2 * FPS}"  # twice: no frame is early
    started = CameraProcess(folder / "state", source, "--host=0.0.0.0", "--log-level=warning").start()
    try:
        started.client.update("Image.H264", Ratecontrol="cbr", Bitrate=KBPS, Framerate=FPS)
        yield started
    finally:
        writer.kill()
        writer.wait()
        started.stop()


@contextlib.contextmanager
def browser_at(neighbour: Neighbour) -> Iterator[Chromium]:
    """Run a browser on another host."""
    # a new address interrupts what a browser loads: the kernel's own ones must be there
    _ = neighbour.link_local, link_local("lossy1", "-n", neighbour.namespace)
    with neighbour.inside():
        browser = Chromium(flags=(f"--window-name={neighbour.namespace}",))  # a flag of its own: a program of its own
        with browser:
            yield browser
    chromium.close_idle()


def measure(line: Mapping[str, float], seconds: float) -> dict[str, Any]:
    """Play the live page over this line; return the browser's counters and the ages of the pictures in ms."""
    with tempfile.TemporaryDirectory() as name, open_network() as network:
        neighbour = network.add_neighbour()
        with LossyLink(**line).between(neighbour), camera(Path(name)) as server, browser_at(neighbour) as browser:
            browser.call("Page.addScriptToEvaluateOnNewDocument", source=KEEP_CONNECTIONS)
            browser.log_in("admin", PASSWORD)
            browser.go(f"http://{CAMERA_ADDRESS}:{server.port}/")
            eventually(lambda: browser.run("document.getElementById('by')?.textContent") == "by WebRTC", "no WebRTC")
            wait(browser, SETTLE_MS)
            browser.run(WATCH)
            before = browser.run(STATISTICS)
            wait(browser, 1000 * seconds)
            after, ages = browser.run(STATISTICS), browser.run("delays.slice(1)")
            by = browser.run("document.getElementById('by').textContent")
    return {each: after.get(each, 0) - before.get(each, 0) for each in COUNTERS} | {"ages": ages, "by": by}


def wait(browser: Chromium, milliseconds: float) -> None:
    browser.run(f"new Promise((resolve) => setTimeout(resolve, {milliseconds}))")


def main() -> None:
    seconds = float(sys.argv[1]) if sys.argv[1:] else 30.0
    chosen = sys.argv[2:] or list(LINES)
    lines = [("line", "pictures/s", "age ms: median", "95 %", "most", *COUNTERS)]
    for name in chosen:
        found = measure(LINES[name], seconds)
        ages = found["ages"]
        cuts = statistics.quantiles(ages, n=20)
        lines.append((
            name, f"{found['framesDecoded'] / seconds:.1f}", f"{statistics.median(ages):.0f}", f"{cuts[18]:.0f}",
            f"{max(ages):.0f}", *(f"{found[each]:g}" for each in COUNTERS),
        ))  # fmt: skip
        print(dict(zip(lines[0], lines[-1], strict=True)), found["by"], flush=True)
    print(table.text(lines))


if __name__ == "__main__":
    main()
