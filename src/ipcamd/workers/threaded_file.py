"""Threaded file: an open file that is read and closed in worker threads."""

import asyncio
import os
from functools import partial
from typing import Self

from ipcamd.workers.pool import WorkerPool


class ThreadedFile:
    """For the event loop: a disk that hangs delays only callers of `read`."""

    def __init__(self, fd: int, pool: WorkerPool) -> None:
        """Take ownership of the open file `fd`; `pool` reads it."""
        self._fd = fd
        self._pool = pool
        self._reading: asyncio.Future[bytes] | None = None
        self.closed = False

    async def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; none at the end of the file. Raises ``OSError``."""
        self._reading = self._pool.run(partial(os.pread, self._fd, length, offset))
        return await asyncio.shield(self._reading)

    def close(self) -> None:
        """Close the file soon, after a present read."""
        if self.closed:
            return
        self.closed = True
        if self._reading is None or self._reading.done():
            self._close()
        else:
            self._reading.add_done_callback(lambda _: self._close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _close(self) -> None:
        self._pool.run(partial(os.close, self._fd))
