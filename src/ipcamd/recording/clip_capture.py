"""Clip capture: the pictures and audio of one event, and of those that follow while it lasts."""

import asyncio

from ipcamd.dataclass import dataclass
from ipcamd.media.audio.audio_framer import BLOCK_NS
from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.clip_writer import ClipWriter
from ipcamd.recording.file_limits import MAX_CLIP_BYTES
from ipcamd.recording.pre_event_buffer import PreEventBuffer
from ipcamd.time_units import SECOND_NS


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """Times of a clip by the camera's clock, in nanoseconds since the epoch."""

    start_ns: int
    event_ns: int
    end_ns: int


class ClipCapture:
    """Passes the frames of the hubs to a writer until the clip ends; the end can be extended. For the event loop."""

    PICTURE_TIMEOUT_S = 2.0
    """Seconds after the end at which a clip without further pictures is complete."""
    AUDIO_TIMEOUT_S = 0.5
    """Seconds after the last picture for which the capture waits for its audio."""

    def __init__(self, buffer: PreEventBuffer, span: ClipSpan, writer: ClipWriter, now_ns: int) -> None:
        """`now_ns` is the time of the camera's clock."""
        self.asked: set[str] = set()
        """Schedules that wait for it."""
        self.delivered: set[str] = set()
        """Schedules that have received it."""
        self.writer = writer
        self.end_ns = span.end_ns
        self.is_extendable = True
        """Whether a later event may extend it."""
        self.complete = asyncio.Event()
        self._event_ns = span.event_ns
        self._has_event_picture = False
        """Whether a picture at or after the event was received."""
        self._hub, self._sound = buffer.hub, buffer.sound
        self._audio_until_ns = 0
        pictures, sounds = buffer.since(span.start_ns)
        for frame in pictures:
            self._write_picture(frame)
        for block in sounds:
            self._add_audio(block)
        self._hub.subscribe(self._add_picture)
        if self._sound:
            self._sound.subscribe(self._add_audio)
        self._timer = self._finish_after(span.end_ns - now_ns, self.PICTURE_TIMEOUT_S)

    def extend(self, end_ns: int, now_ns: int) -> None:
        """Move the end to `end_ns` if that is later."""
        if self.is_extendable and end_ns > self.end_ns:
            self.end_ns = end_ns
            self._timer.cancel()
            self._timer = self._finish_after(end_ns - now_ns, self.PICTURE_TIMEOUT_S)

    def end_now(self, now_ns: int) -> None:
        """End at `now_ns`, with the pictures received so far."""
        self.end_ns = min(self.end_ns, now_ns)
        self.finish()

    def finish(self) -> None:
        """Stop receiving frames."""
        if not self.complete.is_set():
            self.is_extendable = False
            self.complete.set()
            self._timer.cancel()
            self._hub.unsubscribe(self._add_picture)
            if self._sound:
                self._sound.unsubscribe(self._add_audio)

    def _finish_after(self, delay_ns: int, more_s: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(max(0.0, delay_ns / SECOND_NS) + more_s, self.finish)

    def _add_picture(self, frame: EncodedFrame) -> None:
        is_due = frame.captured_ns < self.end_ns or not self._has_event_picture
        if is_due and self.writer.picture_bytes < MAX_CLIP_BYTES:
            self._write_picture(frame)
        else:
            self.end_ns = min(self.end_ns, frame.captured_ns)  # earlier if there are too many bytes
            self._end_pictures()

    def _write_picture(self, frame: EncodedFrame) -> None:
        self._has_event_picture = self._has_event_picture or frame.captured_ns >= self._event_ns
        self.writer.add_picture(frame)

    def _add_audio(self, block: EncodedFrame) -> None:
        self.writer.add_audio(block)
        self._audio_until_ns = block.captured_ns + BLOCK_NS
        if not self.is_extendable and self._audio_until_ns >= self.end_ns:
            self.finish()

    def _end_pictures(self) -> None:
        """Stop receiving pictures; audio of the same time may follow."""
        if not self._sound or self._audio_until_ns >= self.end_ns:
            return self.finish()
        self.is_extendable = False
        self._hub.unsubscribe(self._add_picture)
        self._timer.cancel()
        self._timer = self._finish_after(0, self.AUDIO_TIMEOUT_S)
        return None
