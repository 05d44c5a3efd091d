"""Bounded pipe from a thread to the event loop: the writer blocks until the reader has taken the data."""

import asyncio
import threading

PIECES = 4
"""Pieces that may wait for the reader."""


class BoundedPipe:
    """Pipe with bounded memory. A thread calls `write`, as on a file; the event loop calls `read` and `close`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self._room = threading.Semaphore(PIECES)
        self._closed = False

    def write(self, data: bytes) -> int:
        """Wait until there is room, queue the data and return its length. Raises ``InterruptedError`` after `close`."""
        self.check_open()
        self._room.acquire()
        self.check_open()
        self._loop.call_soon_threadsafe(self._pieces.put_nowait, bytes(data))
        return len(data)

    def finish(self) -> None:
        """Mark the end of the data. Call it in the event loop after the last `write` has returned."""
        self._pieces.put_nowait(b"")

    async def read(self) -> bytes:
        """Return the next piece; empty at the end. Raises ``InterruptedError`` after `close`."""
        data = await self._pieces.get()
        self.check_open()
        self._room.release()
        return data

    def check_open(self) -> None:
        """Raise ``InterruptedError`` after `close`."""
        if self._closed:
            raise InterruptedError("it was cancelled")

    def close(self) -> None:
        """Stop reading: the writer, which may be blocked, gets ``InterruptedError``."""
        self._closed = True
        self._room.release()
