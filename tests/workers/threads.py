"""A system without free threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

NO_MEMORY_HOLDS = 1 << 47
"""Bytes of a stack for which no address space is left."""


@contextmanager
def no_threads_left() -> Iterator[None]:
    """Let the system refuse every new thread of this process: there is no room for its stack."""
    before = threading.stack_size(NO_MEMORY_HOLDS)
    try:
        yield
    finally:
        threading.stack_size(before)
