"""Recording: its cost, pages of the card's list, downloads.

usage: python -m bench.recording
"""

import contextlib
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import load, packs, servers, table, yardsticks
from bench.servers import Target
from bench.table import Row, Yardstick
from tests.e2e.camera import Client
from tests.wire.avi.avi_files import avi_file, pictures

from ipcamd.media import codecs
from ipcamd.storage.recording_name import name_of

STREAM = "/cgi/mpeg/stream1.cgi?codec=h264"
SCHEDULE = "/cgi/event/schedule.cgi"
FILES = 10_000


def cost(folder: Path, seconds: float, rounds: int = 5) -> list[Row]:
    """Return the processor time of a watched 1280x720 H.264 stream at 30 fps, and of its recording in addition."""
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
    one = yardsticks.jpeg()
    return [
        Row("720p30 H.264, one viewer: CPU of a second", statistics.median(alone), "ms", one, less=True),
        Row("recording it as well adds", statistics.median(added), "ms", one, 8, 4, less=True),
    ]


def lists(folder: Path) -> list[Row]:
    """Return the times to scan a card with 10,000 recordings, and to list pages of it."""
    card = folder / "card"
    (card / "record").mkdir(parents=True)
    data = avi_file(pictures(codecs.JPEG, 3), codecs.JPEG)
    for number in range(FILES):
        began = datetime.fromtimestamp(1_750_000_000 + 180 * number, UTC)
        (card / "record" / name_of("ipcamd", began)).write_bytes(data)
    began = time.monotonic()
    with servers.ipcamd(folder, "--source=scene", f"--sdcard={card}") as target:
        while int(page(target, 1).split(",")[1]) < FILES:
            time.sleep(0.05)
        scan = time.monotonic() - began
        pages = [timed(lambda number=number: page(target, number)) for number in range(1, 501, 25)]  # type: ignore[misc]
    with servers.bare(small_picture(folder)) as bare:
        answers = [timed(lambda: Client(bare.port, "").get("/answer")) for _ in pages]
    files = (card / "record").iterdir
    read = Yardstick("reading them", timed(lambda: [file.read_bytes() for file in files()]))
    return [
        Row("10,000 unknown recordings scanned, with the start", scan, "s", read, 20, 8, less=True),
        beside("a page of their list, median", bare.name, statistics.median, pages, answers),
        beside("a page of their list, slowest", bare.name, max, pages, answers),
    ]


def beside(title: str, name: str, pick: Callable[[list[float]], float], ours: list[float], theirs: list[float]) -> Row:
    return Row(title, pick(ours) * 1000, "ms", Yardstick(name, pick(theirs) * 1000), 5, 2, less=True)


def small_picture(folder: Path) -> Path:
    file = folder / "small.jpg"
    file.write_bytes(next(packs.jpegs(1, 10)))
    return file


def download(folder: Path, megabytes: int = 200) -> list[Row]:
    """Compare the download of a large recording, and small requests meanwhile, with a bare web server."""
    card = folder / "big"
    (card / "record").mkdir(parents=True)
    name = name_of("ipcamd", datetime.fromtimestamp(1_750_000_000, UTC))
    head = avi_file(pictures(codecs.JPEG, 3), codecs.JPEG)
    (card / "record" / name).write_bytes(head[:12] + b"JUNK" + bytes(megabytes << 20))
    with servers.ipcamd(folder, "--source=scene", f"--sdcard={card}") as target:
        while int(page(target, 1).split(",")[1]) < 1:
            time.sleep(0.05)
        ours = downloaded(target, f"/sdcard.cgi?action=download&fname={name}", "/sdcard.cgi?action=status", megabytes)
    with servers.bare(small_picture(folder), card / "record" / name) as bare:
        theirs = downloaded(bare, "/file", "/answer", megabytes)
    goals: dict[str, tuple[float, ...]] = {
        "download, MB a second": (0.8, 1.0),
        "download, MB a CPU second": (),
        "slowest small request meanwhile, ms": (3, 1.5),
    }
    return [
        Row(title, ours[title], "", Yardstick(bare.name, theirs[title]), *goals[title], less=title.endswith("ms"))
        for title in ours
    ]


def downloaded(target: Target, path: str, small: str, megabytes: int) -> dict[str, float]:
    """Download a large file, and send small requests meanwhile; return the figures by title."""
    client = target.client if target.login else Client(target.port, "")
    waits: list[float] = []
    over = threading.Event()
    asking = threading.Thread(target=ask_along, args=(client, small, waits, over))
    asking.start()
    before = load.processor_seconds(target.pid)
    took = timed(lambda: fetch(client, path))
    used = load.processor_seconds(target.pid) - before
    over.set()
    asking.join()
    return {
        "download, MB a second": megabytes / took,
        "download, MB a CPU second": megabytes / max(used, 0.01),
        "slowest small request meanwhile, ms": max(waits) * 1000,
    }


@contextlib.contextmanager
def watching(target: Target) -> Iterator[None]:
    """Watch the stream in a thread."""
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
    """Return the processor time of the camera in milliseconds per second, measured from two seconds after the call."""
    time.sleep(2)
    before, began = load.processor_seconds(target.pid), time.monotonic()
    time.sleep(seconds)
    return (load.processor_seconds(target.pid) - before) / (time.monotonic() - began) * 1000


def page(target: Target, number: int) -> str:
    return target.client.get("/sdcard.cgi", action="list", page=number).text


def fetch(client: Client, path: str) -> None:
    with client.open(path) as answer:
        while answer.read(1 << 20):
            pass


def ask_along(client: Client, path: str, waits: list[float], over: threading.Event) -> None:
    while not over.is_set():
        waits.append(timed(lambda: client.get(path)))


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
