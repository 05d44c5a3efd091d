"""Snapshots: single pictures of the MJPEG stream (SDK part 6), encoded once for all requests."""

import asyncio

from ipcamd.errors import RequestFailed
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub

LINGER_S = 0.5
"""Time for which the stream continues after the last request, so that frequent requests are served from memory."""
TIMEOUT_S = 6.0
"""Longest wait for a picture. Without a signal, a blank picture arrives earlier, see `ipcamd.media.capture`."""


class Snapshots:
    """Subscribes to the hub briefly when a picture is requested. For the event loop."""

    def __init__(self, hub: Hub, linger_s: float = LINGER_S, timeout_s: float = TIMEOUT_S) -> None:
        self._hub = hub
        self._linger_s = linger_s
        self._timeout_s = timeout_s
        self._requested = False
        self._next: asyncio.Future[EncodedFrame | None] | None = None
        """The next picture, while a request waits for it; None if it was late."""
        self._timer: asyncio.TimerHandle | None = None

    def newest(self) -> EncodedFrame | None:
        """Return the newest picture if the stream is running."""
        self._requested = True
        return self._hub.gop[-1] if self._hub.gop else None

    async def get(self) -> EncodedFrame:
        """Return the newest picture, or wait for the next one. Raises ``RequestFailed`` if none arrives."""
        if frame := self.newest():
            return frame
        if self._next is None or self._next.done():
            self._subscribe()
        assert self._next
        if frame := await asyncio.shield(self._next):
            return frame
        raise RequestFailed(f"no picture within {self._timeout_s:g} seconds")

    def close(self) -> None:
        """Unsubscribe; waiting requests fail."""
        if self._timer:
            self._timer.cancel()
        self._hub.unsubscribe(self._receive)
        if self._next and not self._next.done():
            self._next.set_result(None)
        self._next = self._timer = None

    def _subscribe(self) -> None:
        loop = asyncio.get_running_loop()
        self._next = loop.create_future()
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_later(self._timeout_s, self.close)
        self._hub.subscribe(self._receive)

    def _receive(self, frame: EncodedFrame) -> None:
        # a frame outside the GOP shows the picture before a change of settings
        if self._next and not self._next.done() and self._hub.gop:
            self._next.set_result(frame)
            self._unsubscribe_if_idle()

    def _unsubscribe_if_idle(self) -> None:
        """Unsubscribe unless there was a request since the last call."""
        if self._timer:
            self._timer.cancel()
        if not self._requested:
            return self.close()
        self._requested = False
        self._timer = asyncio.get_running_loop().call_later(self._linger_s, self._unsubscribe_if_idle)
        return None
