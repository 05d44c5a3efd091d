"""Body stream: a request's body, passed to the endpoint in pieces."""

import asyncio
from collections import deque
from collections.abc import Callable

from ipcamd.errors import HttpError


class BodyStream:
    """An async iterator over the pieces; one reader. The connection stops reading while `waiting` is too much."""

    __slots__ = ("_ended", "_error", "_pieces", "_reader", "_taken", "waiting")

    def __init__(self, taken: Callable[[], None] = lambda: None) -> None:
        """`taken` is called each time the reader took a piece, and when it begins to wait for one."""
        self._pieces: deque[bytes] = deque()
        self._ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._taken = taken
        self.waiting = 0
        """Bytes that the reader has not taken yet."""

    def feed(self, piece: bytes) -> None:
        """Hand over a piece."""
        self._pieces.append(piece)
        self.waiting += len(piece)
        self._wake()

    def end(self, error: Exception | None = None) -> None:
        """Say that no more comes; with an `error` the reader gets that."""
        if not self._ended:
            self._ended, self._error = True, error
            self._wake()

    @property
    def starving(self) -> bool:
        """Whether the reader waits for a piece."""
        return self._reader is not None and not self._reader.done()

    @property
    def ended(self) -> bool:
        """Whether the whole body has arrived."""
        return self._ended

    def __aiter__(self) -> "BodyStream":
        return self

    async def __anext__(self) -> bytes:
        while not self._pieces:
            if self._error:
                raise self._error
            if self._ended:
                raise StopAsyncIteration
            self._reader = asyncio.get_running_loop().create_future()
            self._taken()
            if not self._pieces:
                await self._reader
        piece = self._pieces.popleft()
        self.waiting -= len(piece)
        self._taken()
        return piece

    def _wake(self) -> None:
        if self._reader and not self._reader.done():
            self._reader.set_result(None)


def incomplete_body_error() -> HttpError:
    """Return what the reader gets when the client leaves before the body's end."""
    return HttpError(400, "the body broke off")


EMPTY = BodyStream()
"""The body of a request that has none."""
EMPTY.end()
