"""Glass to canvas: delay from a picture in the camera's pipe to its pixels on the live page, by WebRTC, in Chromium on
the same machine.

usage: python -m bench.glass
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import table
from bench.clock_frames import BITS, FPS, SIZE, SQUARE
from bench.table import Row
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium

MOST_MS = 100
"""Goal: longest delay in milliseconds."""
FLAGS = ("--host-resolver-rules=MAP camera.test 127.0.0.1",)
"""With a host name the page counts as a page of the network, as for users."""
WATCH = f"""
    globalThis.delays = [];
    const canvas = document.getElementById("picture");
    const pen = canvas.getContext("2d");
    let last = -1;
    const look = () => {{
      requestAnimationFrame(look);
      const {{ data }} = pen.getImageData(0, {SQUARE // 2}, {BITS * SQUARE}, 1);
      let shown = 0;
      for (let bit = {BITS - 1}; bit >= 0; bit -= 1) shown = shown * 2 + (data[4 * {SQUARE} * (bit + 0.5)] > 127);
      if (shown === last) return;
      last = shown;
      const now = performance.timeOrigin + performance.now();
      delays.push((now - shown) % 2 ** {BITS});
    }};
    look();"""


def measure(folder: Path, seconds: float, say: Callable[[str], None]) -> list[float]:
    """Return the delay of each picture, in milliseconds."""
    pipe = folder / "frames"
    os.mkfifo(pipe)
    writer = subprocess.Popen([sys.executable, "-m", "bench.clock_frames", str(pipe)])
    source = f"--source=pipe:{pipe}?format=gray&size={SIZE[0]}x{SIZE[1]}&rate={2 * FPS}"  # twice: no frame is early
    camera = CameraProcess(folder / "state-glass", source, "--log-level=warning").start()
    try:
        camera.client.update("Image.H264", Ratecontrol="cbr", Bitrate=2000, Framerate=FPS)
        say("the live page in Chromium")
        return watch(camera, seconds)
    finally:
        writer.kill()
        writer.wait()
        camera.stop()


def watch(camera: CameraProcess, seconds: float) -> list[float]:
    """Play the live page for this time; return the delays in milliseconds."""
    with Chromium(flags=FLAGS) as browser:
        browser.log_in("admin", PASSWORD)
        browser.go(f"http://camera.test:{camera.port}/")
        eventually(lambda: browser.run("document.getElementById('by')?.textContent") == "by WebRTC", "no WebRTC", 60)
        browser.run("new Promise((resolve) => setTimeout(resolve, 3000))")  # skip the start of the stream
        browser.run(WATCH)
        browser.run(f"new Promise((resolve) => setTimeout(resolve, {1000 * seconds}))")
        delays: list[float] = browser.run("delays.slice(1)")
    return delays


def rows(delays: list[float]) -> list[Row]:
    """Return the comparison with the goal."""
    cuts = statistics.quantiles(delays, n=20)
    title = "WebRTC: glass to canvas"
    return [
        Row(f"{title}, median", statistics.median(delays), "ms", None, MOST_MS, less=True),
        Row(f"{title}, 95 %", cuts[18], "ms", None, MOST_MS, less=True),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        delays = measure(Path(name), 8.0, lambda text: print(f"  {text}", flush=True))
    print(f"{len(delays)} pictures, {min(delays):.0f} to {max(delays):.0f} ms")
    print(table.text([table.HEAD, *(row.cells() for row in rows(delays))]))


if __name__ == "__main__":
    main()
