"""Clip capture: one event, and those that follow while it lasts."""

import asyncio
from dataclasses import dataclass

from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.clip_writer import BLOCK, SECOND, ClipWriter
from ipcamd.recording.pre_event_buffer import PreEventBuffer

MOST_BYTES = 64 << 20
"""Pictures of one capture; it ends early when there are more."""


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """When a capture begins, when its event is, when it ends: nanoseconds by the camera's clock."""

    begin: int
    moment: int
    end: int


class ClipCapture:
    """Puts what the hubs give on a reel, until its end has come, which may be put off. For the event loop."""

    LATE = 2.0
    """Seconds after which a picture that should have come is waited for no longer."""
    SOUND_LATE = 0.5
    """Seconds that sound may come after its pictures."""

    def __init__(self, ring: PreEventBuffer, span: ClipSpan, reel: ClipWriter, now: int) -> None:
        """`now` is the camera's clock; the moments are on it."""
        self.asked: set[str] = set()
        """The schedules that have asked for it."""
        self.served: set[str] = set()
        """Those of them that have got it."""
        self.reel = reel
        self.end = span.end
        self.open = True
        """Whether it may be prolonged."""
        self.complete = asyncio.Event()
        self._moment = span.moment
        self._reached = False
        """Whether there is a picture of the event itself."""
        self._hub, self._sound = ring.hub, ring.sound
        self._heard = 0
        pictures, sounds = ring.since(span.begin)
        for frame in pictures:
            self._keep(frame)
        for block in sounds:
            self._hear(block)
        self._hub.subscribe(self._see)
        if self._sound:
            self._sound.subscribe(self._hear)
        self._timer = self._await(span.end - now, self.LATE)

    def prolong(self, end: int, now: int) -> None:
        """Go on until then, if that is later."""
        if self.open and end > self.end:
            self.end = end
            self._timer.cancel()
            self._timer = self._await(end - now, self.LATE)

    def cut(self, now: int) -> None:
        """Take no more, and let it end now, where its pictures end."""
        self.end = min(self.end, now)
        self.finish()

    def finish(self) -> None:
        """Take no more."""
        if not self.complete.is_set():
            self.open = False
            self.complete.set()
            self._timer.cancel()
            self._hub.unsubscribe(self._see)
            if self._sound:
                self._sound.unsubscribe(self._hear)

    def _await(self, nanoseconds: int, more: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(max(0.0, nanoseconds / SECOND) + more, self.finish)

    def _see(self, frame: EncodedFrame) -> None:
        if (frame.captured_ns < self.end or not self._reached) and self.reel.bytes < MOST_BYTES:
            self._keep(frame)
        else:
            self.end = min(self.end, frame.captured_ns)  # earlier if there are too many bytes
            self._wind_up()

    def _keep(self, frame: EncodedFrame) -> None:
        self._reached = self._reached or frame.captured_ns >= self._moment
        self.reel.see(frame)

    def _hear(self, block: EncodedFrame) -> None:
        self.reel.hear(block)
        self._heard = block.captured_ns + BLOCK
        if not self.open and self._heard >= self.end:
            self.finish()

    def _wind_up(self) -> None:
        """The pictures are there; the sound that belongs to them may be on its way."""
        if not self._sound or self._heard >= self.end:
            return self.finish()
        self.open = False
        self._hub.unsubscribe(self._see)
        self._timer.cancel()
        self._timer = self._await(0, self.SOUND_LATE)
        return None
