"""From an encoder's thread to its hub in the event loop."""

import asyncio
import contextlib
import threading
from collections import deque

from ipcamd.media.frame import Encoded
from ipcamd.media.hub import Hub

MOST = 30
"""Frames that may lie here. More are lost when the event loop stands still for a second."""


class Post:
    """Carries frames to a hub, in order. Bounded: when it overflows, all goes, up to the next key frame."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        self.lost = 0
        """Frames that were thrown away because the event loop did not fetch them."""
        self._hub = hub
        self._loop = loop
        self._lock = threading.Lock()
        self._frames: deque[Encoded] = deque()
        self._broken = False

    def send(self, frame: Encoded) -> None:
        """Hand over a frame; for the encoder's thread."""
        with self._lock:
            if len(self._frames) >= MOST:
                self._overflow()
            self._broken = self._broken and not frame.key
            if self._broken:
                self.lost += 1
                return
            self._frames.append(frame)
            if len(self._frames) > 1:
                return  # the call that will deliver it is on its way already
        with contextlib.suppress(RuntimeError):  # the loop was closed: the camera is going down
            self._loop.call_soon_threadsafe(self._deliver)

    def _overflow(self) -> None:
        self.lost += len(self._frames)
        self._frames.clear()
        self._broken = True
        self._hub.ask_key()

    def _deliver(self) -> None:
        with self._lock:
            frames = list(self._frames)
            self._frames.clear()
        for frame in frames:
            self._hub.publish(frame)
