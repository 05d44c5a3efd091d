"""File sender: sends a file as a response, as fast as the client reads it."""

import asyncio
from collections.abc import Awaitable, Callable

from ipcamd.cgi.endpoint import FileReply

CHUNK = 256 * 1024
"""Bytes per read, and maximum number of bytes that wait for the client."""


class WriteGate:
    """Flow control of a download: waits until the client has read the preceding bytes."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: asyncio.Future[None] | None = None

    async def wait(self) -> None:
        """Wait until `open` is called."""
        self._waiting = asyncio.get_running_loop().create_future()
        await self._waiting

    def open(self) -> bool:
        """End the wait; return whether there was one."""
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            return False
        waiting.set_result(None)
        return True


async def send_file(file: FileReply, write: Callable[[bytes], Awaitable[bool]]) -> bool:
    """Pass part of a file to `write` in pieces; `write` returns False when the client has disconnected.

    Return whether all of it was written: a file that became shorter, or cannot be read, ends the download.
    """
    place, end = file.start, file.start + file.length
    while place < end:
        try:
            data = await file.content.read(place, min(CHUNK, end - place))
        except OSError:
            return False
        if not data or not await write(data):
            return False
        place += len(data)
    return True
