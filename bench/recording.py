"""What recording costs, how fast a page of the card's list is, how fast a download.

usage: python -m bench.recording
"""

import contextlib
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import load, servers, table
from bench.servers import Target
from bench.table import Row
from tests.wire.avi.films import film, pictures

from ipcamd.media.frame import Codec
from ipcamd.storage.recording import name_of

STREAM = "/cgi/mpeg/stream1.cgi?codec=h264"
SCHEDULE = "/cgi/event/schedule.cgi"
FILES = 10_000


def cost(folder: Path, seconds: float, rounds: int = 5) -> list[Row]:
    """Record the 1280x720 H.264 stream at 30 pictures a second that somebody watches anyway; turn and turn about."""
    added, alone = [], []
    with servers.ipcamd(folder, "--source=scene") as target, watching(target):
        target.client.get(SCHEDULE, action="add", Name="rec", ScheduleTimeMode="1", EnableSDCard="1", Enable="0")
        for _ in range(rounds):
            off = spent(target, seconds)
            target.client.get(SCHEDULE, action="update", Name="rec", Enable="1")
            on = spent(target, seconds)
            target.client.get(SCHEDULE, action="update", Name="rec", Enable="0")
            assert page(target, 1).split(",")[1] == str(len(added) + 1), "nothing was recorded"
            alone.append(off)
            added.append(on - off)
    return [
        Row("720p30 H.264 for one viewer", statistics.median(alone), unit="% of a core"),
        Row("recording it as well adds", statistics.median(added), 3, 1.5, "% of a core", less=True),
    ]


def lists(folder: Path) -> list[Row]:
    """Ask for pages of a card that holds 10,000 recordings, and for one large file."""
    card = folder / "card"
    (card / "record").mkdir(parents=True)
    data = film(pictures(Codec.JPEG, 3), Codec.JPEG)
    for number in range(FILES):
        began = datetime.fromtimestamp(1_750_000_000 + 180 * number, UTC)
        (card / "record" / name_of("ipcamd", began)).write_bytes(data)
    began = time.monotonic()
    with servers.ipcamd(folder, "--source=scene", f"--sdcard={card}") as target:
        while int(page(target, 1).split(",")[1]) < FILES:
            time.sleep(0.05)
        scan = time.monotonic() - began
        times = [timed(lambda number=number: page(target, number)) for number in range(1, 501, 25)]  # type: ignore[misc]
    return [
        Row("10,000 unknown recordings looked through, start included", scan, 100, 10, "s", less=True),
        Row("a page of their list, median", statistics.median(times) * 1000, 50, 20, "ms", less=True),
        Row("a page of their list, slowest", max(times) * 1000, 50, 20, "ms", less=True),
    ]


def download(folder: Path, megabytes: int = 200) -> list[Row]:
    """Fetch one large recording; meanwhile somebody else asks for something small."""
    card = folder / "big"
    (card / "record").mkdir(parents=True)
    name = name_of("ipcamd", datetime.fromtimestamp(1_750_000_000, UTC))
    head = film(pictures(Codec.JPEG, 3), Codec.JPEG)
    (card / "record" / name).write_bytes(head[:12] + b"JUNK" + bytes(megabytes << 20))
    with servers.ipcamd(folder, "--source=scene", f"--sdcard={card}") as target:
        while int(page(target, 1).split(",")[1]) < 1:
            time.sleep(0.05)
        waits: list[float] = []
        over = threading.Event()
        asking = threading.Thread(target=ask_along, args=(target, waits, over))
        asking.start()
        before = load.processor_seconds(target.pid)
        took = timed(lambda: fetch(target, name))
        used = load.processor_seconds(target.pid) - before
        over.set()
        asking.join()
    return [
        Row("download of a recording", megabytes / took, unit="MB/s"),
        Row("the same, for a processor second", megabytes / used, unit="MB"),
        Row("slowest small request meanwhile", max(waits) * 1000, unit="ms", less=True),
    ]


@contextlib.contextmanager
def watching(target: Target) -> Iterator[None]:
    """Watch the stream meanwhile."""
    over = threading.Event()

    def watch() -> None:
        with target.client.open(STREAM) as answer:
            while not over.is_set():
                answer.read(65536)

    viewer = threading.Thread(target=watch)
    viewer.start()
    time.sleep(2)
    yield
    over.set()
    viewer.join()


def spent(target: Target, seconds: float) -> float:
    """Return what the camera uses, in per cent of a core, after a moment for things to settle."""
    time.sleep(2)
    before, began = load.processor_seconds(target.pid), time.monotonic()
    time.sleep(seconds)
    return (load.processor_seconds(target.pid) - before) / (time.monotonic() - began) * 100


def page(target: Target, number: int) -> str:
    return target.client.get("/sdcard.cgi", action="list", page=number).text


def fetch(target: Target, name: str) -> None:
    with target.client.open(f"/sdcard.cgi?action=download&fname={name}") as answer:
        while answer.read(1 << 20):
            pass


def ask_along(target: Target, waits: list[float], over: threading.Event) -> None:
    while not over.is_set():
        waits.append(timed(lambda: target.client.get("/sdcard.cgi", action="status")))


def timed(work) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def rows(folder: Path, seconds: float) -> list[Row]:
    """Return the table's rows."""
    return [*cost(folder, seconds), *lists(folder), *download(folder)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(table.text([table.HEAD, *(row.cells() for row in rows(Path(name), 10))]))
