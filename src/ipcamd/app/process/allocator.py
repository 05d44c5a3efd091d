"""Allocator of the C library: settings that keep the memory of the process level."""

import ctypes

_M_MMAP_THRESHOLD = -3
"""Parameter of ``mallopt``."""
LARGE_BYTES = 256 * 1024
"""Blocks of this size and more, as those of pictures, go back to the system when they are freed."""


def return_large_blocks() -> None:
    """Have the C library give large blocks a mapping each, for good.

    By itself it takes them from its heaps as soon as one was freed; heaps in which small blocks outlive pictures do
    not shrink, and grew by 50 MB here. Does nothing where there is no ``mallopt`` (musl).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
