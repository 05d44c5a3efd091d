"""Allocator of the C library: uses the memory of pictures again, and keeps the memory of the process constant."""

import asyncio
import ctypes
from collections.abc import Callable
from typing import Any

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
"""Parameters of ``mallopt``."""
KEPT_BYTES = 8 * 1024 * 1024
"""Smaller blocks, such as pictures of 1080 lines, come from the heaps; this much may stay free at the end of a heap."""
RETURN_S = 20.0
"""Seconds between two returns of free memory to the system."""


def reuse_large_blocks() -> None:
    """Make the C library take the memory of a picture from its heaps, permanently.

    By default it maps large blocks separately until the first one is freed, and returns the end of a heap at once. Then
    the system clears and maps the pages of each picture again: a quarter of the processor time of an H.264 stream.
    Does nothing without ``mallopt`` (musl).
    """
    if mallopt := _function("mallopt"):
        mallopt(_M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES)


def return_free_pages() -> None:
    """Return the free pages of all heaps to the system; takes some milliseconds, without the interpreter's lock.

    Heaps with small long-lived blocks between pictures do not shrink by themselves, and grew by 50 MB here. Does
    nothing without ``malloc_trim`` (musl).
    """
    if malloc_trim := _function("malloc_trim"):
        malloc_trim(ctypes.c_size_t(0))


async def keep_returning_free_pages() -> None:
    """Return free pages regularly, in a thread, until cancelled."""
    while True:
        await asyncio.sleep(RETURN_S)
        await asyncio.to_thread(return_free_pages)


def _function(name: str) -> Callable[..., Any] | None:
    return getattr(ctypes.CDLL(None), name, None)
