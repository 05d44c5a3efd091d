"""Publisher: passes frames from an encoder's thread to a hub in the event loop."""

import asyncio
import threading

from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.key_frame_queue import FrameQueue
from ipcamd.media.stream.traffic import StreamTraffic
from ipcamd.workers.thread import call_in_loop

MAX_FRAMES = 30
"""Most waiting frames. Further ones are dropped when the event loop is blocked for a second."""
BUSY = "the camera itself, which is too busy to send them"
"""Name in the warning of frames that were dropped before they reached any viewer."""


class Publisher:
    """Passes frames to a hub, in order."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop, traffic: StreamTraffic) -> None:
        """`traffic` counts the frames that are dropped because the event loop is blocked."""
        self._hub = hub
        self._loop = loop
        self._traffic = traffic
        self._lock = threading.Lock()
        self._queue: FrameQueue[EncodedFrame] = FrameQueue(MAX_FRAMES)
        self._reported = 0

    def send(self, frame: EncodedFrame) -> None:
        """Pass a frame; for the encoder's thread."""
        with self._lock:
            first = not len(self._queue)
            if not self._queue.put(frame):
                self._hub.ask_key()
            if not first or not len(self._queue):
                return  # a call of `_deliver` is already scheduled
        call_in_loop(self._loop, self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            frames, dropped = self._queue.take_all(), self._queue.dropped
        if dropped > self._reported:
            self._traffic.drop(BUSY, dropped - self._reported)
            self._reported = dropped
        for frame in frames:
            self._hub.publish(frame)
