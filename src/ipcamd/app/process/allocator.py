"""Allocator of the C library: settings that keep the memory of the process constant."""

import ctypes

_M_MMAP_THRESHOLD = -3
"""Parameter of ``mallopt``."""
LARGE_BYTES = 256 * 1024
"""Blocks of at least this size, such as pictures, are returned to the system when they are freed."""


def return_large_blocks() -> None:
    """Make the C library allocate each large block as a separate mapping, permanently.

    By default it allocates them from its heaps after the first one was freed; heaps with small long-lived blocks
    between pictures do not shrink, and grew by 50 MB here. Does nothing without ``mallopt`` (musl).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
