"""Pre-event buffer: the encoded frames of the last seconds, so that a clip can start before its event."""

from collections import deque

from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.recording.segmented_recorder import avi_format_of

MOST_BYTES = 48 << 20
"""Pictures that are kept: five seconds of the largest at the highest quality. Beyond, the oldest go."""
KEY_EVERY = 1_000_000_000
"""Nanoseconds after which a key frame is asked for: a clip can begin only at one."""
SOUND_LATE = 2_000_000_000
"""Nanoseconds of sound that are kept beyond those of pictures."""
LITTLE = 1_000_000_000
"""Nanoseconds that the clock may be set back without a loss of what was before."""


class PreEventBuffer:
    """Keeps the newest `keep` nanoseconds of two hubs, from a key frame on, until `close`. For the event loop."""

    def __init__(self, hub: Hub, sound: Hub | None, keep: int) -> None:
        self.hub = hub
        self.sound = sound
        self.keep = keep
        self._groups: deque[list[EncodedFrame]] = deque()
        """Each begins with a key frame."""
        self._sounds: deque[EncodedFrame] = deque()
        self._bytes = 0
        for frame in hub.subscribe(self._see):
            self._see(frame)
        if sound:
            sound.subscribe(self._hear)

    @property
    def bytes(self) -> int:
        """Size of the frames."""
        return self._bytes

    def since(self, begin: int) -> tuple[list[EncodedFrame], list[EncodedFrame]]:
        """Return the pictures from the last key frame on that is not later than `begin` (nanoseconds; the first one if
        all are), and the sound."""
        first = 0
        for number, group in enumerate(self._groups):
            if group[0].captured_ns <= begin:
                first = number
        return [frame for group in list(self._groups)[first:] for frame in group], list(self._sounds)

    def close(self) -> None:
        """Let go of the hubs and of all frames."""
        self.hub.unsubscribe(self._see)
        if self.sound:
            self.sound.unsubscribe(self._hear)
        self._groups.clear()
        self._sounds.clear()
        self._bytes = 0

    def _see(self, frame: EncodedFrame) -> None:
        if self._groups and not self._follows(frame):
            self._drop()
        if frame.key:
            self._groups.append([frame])
        elif self._groups:
            self._groups[-1].append(frame)
        else:
            return
        self._bytes += len(frame.payload)
        if frame.captured_ns - self._groups[-1][0].captured_ns >= KEY_EVERY:
            self.hub.ask_key()
        self._trim(frame.captured_ns - self.keep)

    def _follows(self, frame: EncodedFrame) -> bool:
        """Whether a frame goes on with what there is: the same form, and no jump of the clock."""
        last = self._groups[-1][-1]
        goes_on = -LITTLE <= frame.captured_ns - last.captured_ns <= 2 * self.keep + SOUND_LATE
        return goes_on and not (frame.key and avi_format_of(last, False) != avi_format_of(frame, False))

    def _drop(self) -> None:
        self._groups.clear()
        self._bytes = 0
        self.hub.ask_key()

    def _trim(self, begin: int) -> None:
        while len(self._groups) > 1 and (self._groups[1][0].captured_ns <= begin or self._bytes > MOST_BYTES):
            self._bytes -= sum(len(frame.payload) for frame in self._groups.popleft())
        if self._bytes > MOST_BYTES:  # one group alone: without its key frame the rest is worth nothing
            self._drop()
        while self._sounds and self._sounds[0].captured_ns < begin - SOUND_LATE:
            self._sounds.popleft()

    def _hear(self, block: EncodedFrame) -> None:
        if self._sounds and not 0 < block.captured_ns - self._sounds[-1].captured_ns <= SOUND_LATE:  # the clock was set
            self._sounds.clear()
        self._sounds.append(block)
        if len(self._sounds) > (self.keep + 2 * SOUND_LATE) // 40_000_000:
            self._sounds.popleft()
