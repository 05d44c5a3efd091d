"""Pan and tilt in the pictures of a viewer: the source grows brighter to the right, so brightness shows the position.

``python -m bench.ptz`` prints the table.
"""

import itertools
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import av
import numpy as np
import simplejpeg
from bench import servers, table
from bench.servers import Target
from bench.table import Row

SIZE = (1280, 720)
PTZ = "/cgi/ptz/ptz.cgi?"
ZOOM = 2.0
LEVELS = 255 * (1 - 1 / ZOOM)
"""Difference of brightness between the limits of pan."""
MOVED = 0.15
"""Change of brightness that proves a move: 1.5 pixels of the source. The coding noise of a still picture is lower."""


def rows(folder: Path, rounds: int) -> list[Row]:
    """Return the delay of a command, the time of a full range and its largest step."""
    source = folder / "slope.mp4"
    _write_slope(source)
    with servers.ipcamd(folder, f"--source={source}") as target:
        target.client.update("Image.MJPEG", Resolution=5, Framerate=30)
        with watching(target) as seen:
            delays = [_delay_ms(target, seen, ("right", "left")[number % 2]) for number in range(rounds)]
            duration_s, step = _full_range(target, seen)
    return [
        Row("ptz: command to first moved picture, p50", statistics.median(delays), "ms", None, 100, 60, less=True),
        Row("ptz: full range at speed 3, off from 8 s", abs(duration_s / 8 - 1) * 100, "%", None, 5, 2, less=True),
        Row("ptz: largest step between pictures", step * 100, "% of the range", None, 2, 1, less=True),
    ]


class ReceivedPictures:
    """Arrival time and brightness of each picture."""

    def __init__(self) -> None:
        self.pictures: list[tuple[float, float]] = []
        self.changed = threading.Condition()

    def put(self, level: float) -> None:
        with self.changed:
            self.pictures.append((time.monotonic(), level))
            self.changed.notify_all()

    def since(self, start: int) -> Iterator[tuple[float, float]]:
        """Yield the pictures from number `start` on, as they arrive."""
        for number in itertools.count(start):
            with self.changed:
                if not self.changed.wait_for(lambda number=number: len(self.pictures) > number, 10):  # type: ignore[misc]
                    raise RuntimeError("no pictures come")
            yield self.pictures[number]


@contextmanager
def watching(target: Target) -> Iterator[ReceivedPictures]:
    """Watch the stream in a thread."""
    seen, stop = ReceivedPictures(), threading.Event()

    def watch() -> None:
        with target.client.open("/cgi/mjpg/mjpg.cgi") as answer:
            while not stop.is_set():
                length = 0
                while (line := answer.readline().strip()) or not length:
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                luma = simplejpeg.decode_jpeg(answer.read(length), "GRAY")
                seen.put(float(luma[SIZE[1] // 2 :].mean()))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join(5)


def _command(target: Target, query: str) -> None:
    answer = target.client.ask("GET", PTZ + quote(query, safe="=|&"))
    if answer.status != 204:
        raise RuntimeError(answer.text)


def _rest(seen: ReceivedPictures) -> float:
    """Wait until the picture stands still; return its brightness."""
    last: list[float] = []
    for _, level in seen.since(len(seen.pictures)):
        last = [*last[-14:], level]
        if len(last) == 15 and max(last) - min(last) < MOVED:
            return level
    raise AssertionError


def _delay_ms(target: Target, seen: ReceivedPictures, direction: str) -> float:
    _command(target, f"position=0|0|{ZOOM}")
    still, begun = _rest(seen), time.monotonic()
    start = len(seen.pictures)
    _command(target, f"move={direction}")
    return 1000 * (next(at for at, level in seen.since(start) if abs(level - still) > MOVED) - begun)


def _full_range(target: Target, seen: ReceivedPictures) -> tuple[float, float]:
    """Return the seconds of a move from one limit to the other, and its largest step as a fraction of the range."""
    _command(target, f"speed=3|3|3&position=-100|0|{ZOOM}")
    low, start = _rest(seen), len(seen.pictures)
    _command(target, f"position=100|0|{ZOOM}")
    high = low
    moved = []
    for at, level in seen.since(start):
        moved.append((at, level))
        high = max(high, level)
        if high - low > LEVELS / 2 and len(moved) > 30 and moved[-1][1] - moved[-15][1] < MOVED:
            break
    began = next(at for at, level in moved if level - low > MOVED)
    ended = next(at for at, level in moved if high - level < MOVED)
    step = max(later - earlier for (_, earlier), (_, later) in itertools.pairwise(moved))
    return ended - began, step / LEVELS


def _write_slope(path: Path) -> None:
    """Write a still video whose brightness increases evenly to the right."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", 30, options={"qscale": "1", "flags": "qscale"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        row = np.linspace(0, 255, SIZE[0]).astype(np.uint8)
        image = np.repeat(np.broadcast_to(row, SIZE[::-1])[:, :, None], 3, axis=2)
        for _ in range(60):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(image), "rgb24")))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(table.text([table.HEAD, *(row.cells() for row in rows(Path(name), 21))]))
