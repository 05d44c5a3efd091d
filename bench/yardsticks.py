"""Yardsticks of the processor: the cost of one JPEG and of Python's own imports on this machine, now."""

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
    """Milliseconds of processor time to encode one picture of 1280x720 by libjpeg-turbo."""
    frames = packs.frames(30)
    return Yardstick("one JPEG", statistics.median(spent_ms(partial(packs.encode, frame, QUALITY)) for frame in frames))


@functools.cache
def imports() -> Yardstick:
    """Milliseconds that a Python process takes to import what every camera of this kind needs, and to end."""
    command = [sys.executable, "-c", "import asyncio, ssl, sqlite3"]
    return Yardstick("Python imports", statistics.median(_elapsed_ms(command) for _ in range(7)))


def _elapsed_ms(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    return (time.perf_counter() - begun) * 1000


def spent_ms(work: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that this thread spends."""
    begun = time.thread_time()
    work()
    return (time.thread_time() - begun) * 1000
