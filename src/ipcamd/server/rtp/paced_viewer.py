"""Paced RTP viewer: sends a new viewer's first frames in bursts that fit a receiver's buffer."""

import asyncio
from abc import abstractmethod

from ipcamd.media.stream.key_frame_queue import FrameQueue
from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.rtp.rtp_viewer import RtpViewer

BURST = 48 * 1024
"""Bytes of the first frames that are sent in one burst; the usual receive buffer holds more."""
PAUSE_S = 0.005
"""Seconds between bursts."""
MAX_WAITING = 1024
"""Maximum number of frames that wait for a viewer that is still catching up."""


class PacedViewer(RtpViewer):
    """Viewer over UDP, where only the sender's pace keeps a receiver from losing packets."""

    __slots__ = ("_pacing", "_queue")

    def __init__(self, identity: ViewerIdentity) -> None:
        super().__init__(identity)
        self._queue: FrameQueue[RtpFrame] = FrameQueue(MAX_WAITING)
        """Frames that wait while the viewer catches up."""
        self._pacing: asyncio.TimerHandle | None = None

    def pause(self, newest: RtpFrame | None) -> None:
        """See `RtpViewer`."""
        super().pause(newest)
        self._forget()

    @abstractmethod
    def _deliver(self, frame: RtpFrame) -> bool:
        """Send a frame now; return False if it cannot be sent."""

    def _forget(self) -> None:
        self._queue.clear()
        if self._pacing:
            self._pacing.cancel()
            self._pacing = None

    def _send_first(self, gop: list[RtpFrame]) -> None:
        self._forget()
        self._queue.begin(gop)
        self._catch_up()

    def _catch_up(self) -> None:
        self._pacing = None
        burst = 0
        while self._queue and burst < BURST:
            frame = self._queue.pop()
            burst += frame.size_bytes
            self._deliver(frame)
        if self._queue:
            self._pacing = asyncio.get_running_loop().call_later(PAUSE_S, self._catch_up)

    def _send(self, frame: RtpFrame) -> bool:
        if not self._queue:
            return self._deliver(frame)
        before = self._queue.dropped
        taken = self._queue.put(frame)
        if missed := self._queue.dropped - before - (not taken):
            self.drop(missed)
            self.skipping = not taken
        return taken
