"""Segmented recorder: writes frames into successive files. For one thread."""

from collections.abc import Callable, Iterable

from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.subscriber_queue import is_picture
from ipcamd.storage.recording import Recording
from ipcamd.storage.segment import Segment
from ipcamd.wire.avi.layout import AviFormat

GAP = 5_000_000_000
"""Nanoseconds from one picture to the next that no source takes: the clock was set."""
JUMP = 500_000_000
"""Likewise, when it is known that the clock was set."""


def avi_format_of(key: EncodedFrame, sound: bool, faster: int = 1) -> AviFormat:
    """Return the form of a film that begins with this key frame; `faster` multiplies its slots per second."""
    return AviFormat(key.codec.fourcc, key.size, key.rate * faster, sound)


class SegmentedRecorder:
    """Writes what it is given. A new file begins at a key frame: when the one before is long or large enough, when the
    pictures are of another form, and when the clock was set."""

    def __init__(
        self,
        begin: Callable[[AviFormat, int], Segment],
        ask_key: Callable[[], None],
        sound: bool,
        length: int,
        size: int,
    ) -> None:
        """`begin` makes a file that begins at a moment (nanoseconds); `length` (nanoseconds) and `size` (bytes) are
        what a file grows to."""
        self.current: Segment | None = None
        """The file that is being written."""
        self._begin = begin
        self._ask_key = ask_key
        self._sound = sound
        self._length = length
        self._size = size
        self._due = False
        self._gap = GAP
        self._last = 0

    def write(self, frames: Iterable[EncodedFrame]) -> list[Recording]:
        """Write frames; return the files that became whole. Raises ``OSError``; then `close` follows."""
        done = [closed for frame in frames if (closed := self._put(frame))]
        if self.current:
            self.current.flush()
        return done

    def expect_jump(self) -> None:
        """Begin a new file behind the jump that is to come: the clock was set, and pictures from before may follow."""
        self._gap = JUMP
        self._ask_key()

    def close(self) -> Recording | None:
        """Finish the file; return it, if there is a picture in it. Raises ``OSError``."""
        current, self.current = self.current, None
        return current.close() if current else None

    def _put(self, frame: EncodedFrame) -> Recording | None:
        closed = None
        if is_picture(frame):
            closed = self._turn(frame)
            if self.current:
                self.current.picture(frame.payload, frame.key, frame.captured_ns)
        elif self.current:
            self.current.sound(frame.payload, frame.captured_ns)
        return closed

    def _turn(self, frame: EncodedFrame) -> Recording | None:
        """Begin a new file if it is time to; return the one before."""
        if self.current and not 0 <= frame.captured_ns - self._last <= self._gap:
            self._due, self._gap = True, GAP
            self._ask_key()
        self._last = frame.captured_ns
        if not frame.key:
            return None
        avi_format = avi_format_of(frame, self._sound)
        if self.current and not self._due and self.current.avi_format == avi_format and not self._is_full(self.current):
            return None
        closed, self._due = self.close(), False
        self.current = self._begin(avi_format, frame.captured_ns)
        return closed

    def _is_full(self, segment: Segment) -> bool:
        return segment.length >= self._length or segment.size >= self._size
