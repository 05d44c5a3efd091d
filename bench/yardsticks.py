"""Yardsticks of the processor: the times of one JPEG and of Python's own imports, on this machine and in this run."""

import functools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from bench import packs
from bench.table import Yardstick

QUALITY = 90


@functools.cache
def jpeg() -> Yardstick:
    """Return the milliseconds of processor time in which libjpeg-turbo encodes one picture of 1280x720."""
    frames = packs.frames(30)
    return Yardstick("one JPEG", statistics.median(spent_ms(partial(packs.encode, frame, QUALITY)) for frame in frames))


@functools.cache
def imports() -> Yardstick:
    """Return the milliseconds of a Python process that imports the modules that every such camera needs, and ends."""
    command = [sys.executable, "-c", "import asyncio, ssl, sqlite3"]
    return Yardstick("Python imports", statistics.median(_elapsed_ms(command) for _ in range(7)))


def _elapsed_ms(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    return (time.perf_counter() - begun) * 1000


def spent_ms(work: Callable[[], object]) -> float:
    """Return the milliseconds of this thread's processor time for `work`."""
    begun = time.thread_time()
    work()
    return (time.thread_time() - begun) * 1000
