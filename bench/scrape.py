"""Scrape: the time of ``/metrics`` with many viewers, compared with ten answers of ``param.cgi`` in the same run."""

import statistics
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

from bench import fanout, load, packs
from bench.requests import LIST
from bench.servers import Target
from bench.table import Row, Yardstick

VIEWERS, ROUNDS, ANSWERS = 1000, 15, 10


def scrape(folder: Path) -> list[Row]:
    """Return the median times of scrapes and of answers, in turns, with a thousand viewers."""
    source = folder / "scrape.pack"
    packs.write(source, packs.jpegs())
    with fanout.camera(source, folder) as target:
        watching = threading.Thread(target=load.watch, args=(target, VIEWERS, 20.0))
        watching.start()
        try:
            _wait_for_viewers(target)
            scrapes, answers = _take_turns(target)
        finally:
            watching.join()
    beside = Yardstick(f"{ANSWERS} x param.cgi", answers * 1000)
    return [Row(f"scrape with {VIEWERS} viewers", scrapes * 1000, "ms", beside, 1.0, 0.5, less=True)]


def _wait_for_viewers(target: Target) -> None:
    until = time.monotonic() + 60
    while f'ipcamd_viewers{{protocol="http"}} {VIEWERS}\n' not in target.client.get("/metrics").text:
        if time.monotonic() > until:
            raise RuntimeError(f"there are not {VIEWERS} viewers")
        time.sleep(0.1)


def _take_turns(target: Target) -> tuple[float, float]:
    """Return the seconds of a scrape, and of ten answers, on a persistent connection."""
    connection = HTTPConnection("127.0.0.1", target.port, timeout=60)

    def ask(path: str, count: int) -> float:
        began = time.monotonic()
        for _ in range(count):
            connection.request("GET", path, headers=target.client.login())
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
        return time.monotonic() - began

    rounds = [(ask("/metrics", 1), ask(LIST, ANSWERS)) for _ in range(ROUNDS)]
    connection.close()
    scrapes, answers = zip(*rounds, strict=True)
    return statistics.median(scrapes), statistics.median(answers)
