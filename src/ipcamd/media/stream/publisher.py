"""Publisher: hands frames from an encoder's thread to a hub in the event loop."""

import asyncio
import contextlib
import threading

from ipcamd.media.frame import Encoded
from ipcamd.media.stream.frame_queue import FrameQueue
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import StreamTraffic

MAX_FRAMES = 30
"""Frames that may wait. More are lost when the event loop stands still for a second."""
BUSY = "the camera itself, which is too busy to send them"
"""To blame for frames that are lost before any viewer could get them."""


class Publisher:
    """Carries frames to a hub, in order."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop, traffic: StreamTraffic) -> None:
        """`traffic` counts the frames that are lost because the event loop did not fetch them."""
        self._hub = hub
        self._loop = loop
        self._traffic = traffic
        self._lock = threading.Lock()
        self._queue: FrameQueue[Encoded] = FrameQueue(MAX_FRAMES)
        self._reported = 0

    def send(self, frame: Encoded) -> None:
        """Hand over a frame; for the encoder's thread."""
        with self._lock:
            first = not len(self._queue)
            if not self._queue.put(frame):
                self._hub.ask_key()
            if not first or not len(self._queue):
                return  # the call that will deliver it is on its way already
        with contextlib.suppress(RuntimeError):  # the loop was closed: the camera is going down
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            frames, dropped = self._queue.take_all(), self._queue.dropped
        if dropped > self._reported:
            self._traffic.drop(BUSY, dropped - self._reported)
            self._reported = dropped
        for frame in frames:
            self._hub.publish(frame)
