"""Pre-event buffer: the encoded frames of the last seconds, so that a clip can start before its event."""

from collections import deque

from ipcamd.media.audio.audio_framer import BLOCK_NS
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.recording.container_format import avi_format_of

MAX_BYTES = 48 << 20
"""Maximum bytes of the buffered pictures: five seconds at the largest size and highest quality. The oldest are dropped
first."""
KEY_INTERVAL_NS = 1_000_000_000
"""Interval at which a key frame is requested, in nanoseconds; a clip can start only at a key frame."""
AUDIO_MARGIN_NS = 2_000_000_000
"""Nanoseconds for which audio is kept beyond the time of the pictures."""
CLOCK_TOLERANCE_NS = 1_000_000_000
"""Backward step of the clock, in nanoseconds, up to which the earlier frames stay."""


class PreEventBuffer:
    """Buffer of the newest frames of two hubs, from a key frame on, until `close`. For the event loop."""

    def __init__(self, hub: Hub, sound: Hub | None, keep_ns: int) -> None:
        """`keep_ns` is the buffered time in nanoseconds; `sound` is None without audio."""
        self.hub = hub
        self.sound = sound
        self.keep_ns = keep_ns
        self._groups: deque[list[EncodedFrame]] = deque()
        """Groups of pictures, each starting with a key frame."""
        self._sounds: deque[EncodedFrame] = deque(maxlen=(keep_ns + 2 * AUDIO_MARGIN_NS) // BLOCK_NS)
        self._size_bytes = 0
        for frame in hub.subscribe(self._add_picture):
            self._add_picture(frame)
        if sound:
            sound.subscribe(self._add_audio)

    def since(self, start_ns: int) -> tuple[list[EncodedFrame], list[EncodedFrame]]:
        """Return the pictures from the last key frame at or before `start_ns` on, or all, and the audio.

        Pictures taken before a privacy mask was set are not included.
        """
        groups = [group for group in self._groups if self.hub.required_masks.permit(group[0].mask_version)]
        first = max((number for number, group in enumerate(groups) if group[0].captured_ns <= start_ns), default=0)
        return [frame for group in groups[first:] for frame in group], list(self._sounds)

    def close(self) -> None:
        """Unsubscribe."""
        self.hub.unsubscribe(self._add_picture)
        if self.sound:
            self.sound.unsubscribe(self._add_audio)

    def _add_picture(self, frame: EncodedFrame) -> None:
        if self._groups and not self._is_continuation(frame):
            self._restart()
        if frame.key:
            self._groups.append([frame])
        elif self._groups:
            self._groups[-1].append(frame)
        else:
            return
        self._size_bytes += len(frame.payload)
        if frame.captured_ns - self._groups[-1][0].captured_ns >= KEY_INTERVAL_NS:
            self.hub.ask_key()
        self._trim(frame.captured_ns - self.keep_ns)

    def _is_continuation(self, frame: EncodedFrame) -> bool:
        """Whether a frame continues the buffered ones: same format, no jump of the clock."""
        last = self._groups[-1][-1]
        is_close = -CLOCK_TOLERANCE_NS <= frame.captured_ns - last.captured_ns <= 2 * self.keep_ns + AUDIO_MARGIN_NS
        return is_close and not (frame.key and avi_format_of(last) != avi_format_of(frame))

    def _restart(self) -> None:
        self._groups.clear()
        self._size_bytes = 0
        self.hub.ask_key()

    def _trim(self, start_ns: int) -> None:
        while len(self._groups) > 1 and (self._groups[1][0].captured_ns <= start_ns or self._size_bytes > MAX_BYTES):
            self._size_bytes -= sum(len(frame.payload) for frame in self._groups.popleft())
        if self._size_bytes > MAX_BYTES:  # a single group: without its key frame the rest cannot be decoded
            self._restart()
        while self._sounds and self._sounds[0].captured_ns < start_ns - AUDIO_MARGIN_NS:
            self._sounds.popleft()

    def _add_audio(self, block: EncodedFrame) -> None:
        last_ns = self._sounds[-1].captured_ns if self._sounds else 0
        if not 0 < block.captured_ns - last_ns <= AUDIO_MARGIN_NS:  # the clock was set
            self._sounds.clear()
        self._sounds.append(block)
