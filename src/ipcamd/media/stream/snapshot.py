"""Snapshots: single pictures of the MJPEG stream (SDK part 6), encoded once for all requests."""

import asyncio

from ipcamd.errors import RequestFailed
from ipcamd.media.frame import Encoded
from ipcamd.media.stream.hub import Hub

LINGER = 0.5
"""Seconds that the stream goes on after the last request, so that a run of requests is served from memory."""
TIMEOUT = 6.0
"""Seconds to wait for a picture. Even without a signal there is one before that: see `ipcamd.media.capture`."""


class Snapshots:
    """Watches the hub for a moment when a picture is asked for. Belongs to the event loop's thread."""

    def __init__(self, hub: Hub, linger: float = LINGER, timeout: float = TIMEOUT) -> None:
        self._hub = hub
        self._linger = linger
        self._timeout = timeout
        self._asked = False
        self._next: asyncio.Future[Encoded | None] | None = None
        """The next picture, once somebody waited for one; None came instead if there was none in time."""
        self._timer: asyncio.TimerHandle | None = None

    def newest(self) -> Encoded | None:
        """Return the newest picture if the stream is running."""
        self._asked = True
        return self._hub.gop[-1] if self._hub.gop else None

    async def get(self) -> Encoded:
        """Return the newest picture, the next one if none is at hand. Raises ``RequestFailed`` if none comes."""
        if frame := self.newest():
            return frame
        if self._next is None or self._next.done():
            self._join()
        assert self._next
        if frame := await asyncio.shield(self._next):
            return frame
        raise RequestFailed(f"no picture within {self._timeout:g} seconds")

    def close(self) -> None:
        """Leave the hub; those who wait fail."""
        if self._timer:
            self._timer.cancel()
        self._hub.leave(self._take)
        if self._next and not self._next.done():
            self._next.set_result(None)
        self._next = self._timer = None

    def _join(self) -> None:
        loop = asyncio.get_running_loop()
        self._next = loop.create_future()
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_later(self._timeout, self.close)
        self._hub.join(self._take)

    def _take(self, frame: Encoded) -> None:
        # one that is not kept for newcomers looks as the picture did before a change
        if self._next and not self._next.done() and self._hub.gop:
            self._next.set_result(frame)
            self._rest()

    def _rest(self) -> None:
        """Leave unless somebody asked since the last time."""
        if self._timer:
            self._timer.cancel()
        if not self._asked:
            return self.close()
        self._asked = False
        self._timer = asyncio.get_running_loop().call_later(self._linger, self._rest)
        return None
