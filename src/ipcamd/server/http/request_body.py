"""Request body: its limits, and the stream that passes it to the endpoint in pieces."""

import asyncio
from collections import deque
from collections.abc import Callable

from ipcamd.errors import HttpError

FORM_LIMIT = 64 * 1024
"""Maximum bytes of a form, and of a body that is skipped to keep the connection usable."""
DOCUMENT_LIMIT = 256 * 1024
"""Maximum bytes of a body that an endpoint receives as a whole."""
MAX_WAITING = 64 * 1024
"""Buffered bytes at which reading from the client stops."""


def body_too_long_error(limit: int) -> HttpError:
    """Return the error for a body of more than `limit` bytes."""
    return HttpError(413, f"the body is too long: at most {limit} bytes")


class BodyStream:
    """Async iterator over the pieces of a body, for one reader.

    The connection stops reading while `waiting` is too large.
    """

    __slots__ = ("_ended", "_error", "_pieces", "_reader", "_taken", "waiting")

    def __init__(self, taken: Callable[[], None] = lambda: None) -> None:
        """`taken` is called when the reader takes a piece, and when it starts to wait for one."""
        self._pieces: deque[bytes] = deque()
        self._ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._taken = taken
        self.waiting = 0
        """Buffered bytes."""

    def feed(self, piece: bytes) -> None:
        """Append a piece."""
        self._pieces.append(piece)
        self.waiting += len(piece)
        self._wake()

    def end(self, error: Exception | None = None) -> None:
        """Mark the end of the body; an `error` is raised in the reader."""
        if not self._ended:
            self._ended, self._error = True, error
            self._wake()

    def time_out(self) -> bool:
        """Fail the body if the reader waits for it and nothing arrives; return whether it did.

        A slow reader, such as talk, does not fail the body.
        """
        starving = self._reader is not None and not self._reader.done()
        if starving:
            self.end(HttpError(408, "the request body timed out"))
        return starving

    @property
    def has_room(self) -> bool:
        """Whether the connection may read more of the body."""
        return not self._ended and self.waiting <= MAX_WAITING

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
    """Return the error for a client that disconnects before the end of the body."""
    return HttpError(400, "the body is incomplete")


EMPTY = BodyStream()
"""Empty body of a request without one."""
EMPTY.end()
