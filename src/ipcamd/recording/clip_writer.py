"""Clip writer: selects the frames of a capture and writes them to disk while it lasts."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.segmented_recorder import avi_format_of
from ipcamd.recording.subscriber_queue import is_picture, merged
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import EVENT, Recording, free_names
from ipcamd.storage.segment import Segment
from ipcamd.wire.avi.layout import SOUND_RATE, AviFormat

SECOND = 1_000_000_000
HOLD = SECOND // 5
"""Nanoseconds that pictures wait for the sound that belongs to them."""
BLOCK = 40_000_000
"""Nanoseconds of a block of sound."""

Local = Callable[[int], datetime]
"""Says a moment's local time."""


class ClipWriter(Protocol):
    """`see`, `hear` and `fetch` are for the event loop, `write` and `close` for a thread: they raise ``OSError``."""

    disk: Disk
    bytes: int
    """Pictures that it has kept."""

    def see(self, frame: EncodedFrame) -> None:
        """Take a picture."""

    def hear(self, block: EncodedFrame) -> None:
        """Take sound."""

    def fetch(self, end: int, *, last: bool = False) -> list[EncodedFrame]:
        """Return what can be written now, if the capture ends at `end` at the earliest; `last`: all that is left."""

    def write(self, frames: list[EncodedFrame]) -> None:
        """Bring frames to the disk: a power cut takes nothing of them any more."""

    def close(self, end: int) -> list[Recording]:
        """Return the files, whole and durable; empty if no picture came."""


class AviClipWriter:
    """All pictures and all sound: a film, and another one when the pictures are of another form from a key frame on.

    It begins at `begin`. What was captured before that, back to the last key frame, is needed to decode what follows:
    it plays at twice its speed, and so does what follows until pictures and time are together again.
    """

    def __init__(self, disk: Disk, model: str, local: Local, begin: int, has_audio: bool) -> None:
        self.disk = disk
        self.bytes = 0
        self._model = model
        self._local = local
        self._begin = begin
        self._has_audio = has_audio
        self._pictures: deque[EncodedFrame] = deque()
        self._sounds: deque[EncodedFrame] = deque()
        self._segment: Segment | None = None
        self._avi_format: AviFormat | None = None
        self._films: list[Recording] = []

    def see(self, frame: EncodedFrame) -> None:
        """See `ClipWriter`."""
        if self.bytes or frame.key:
            self._pictures.append(frame)
            self.bytes += len(frame.payload)

    def hear(self, block: EncodedFrame) -> None:
        """See `ClipWriter`."""
        self._sounds.append(block)

    def fetch(self, end: int, *, last: bool = False) -> list[EncodedFrame]:
        """See `ClipWriter`."""
        newest = self._pictures[-1].captured_ns if self._pictures else 0
        pictures = list(_taken(self._pictures, lambda frame: last or frame.captured_ns < newest - HOLD))
        if not pictures and not (last and self._segment):
            return []
        until = min(newest - HOLD, end - BLOCK)
        sounds = _taken(self._sounds, lambda block: last or block.captured_ns <= until)
        return list(merged(pictures, (_cut(block, end) for block in sounds if block.captured_ns < end)))

    def write(self, frames: list[EncodedFrame]) -> None:
        """See `ClipWriter`."""
        if not frames:
            return
        segment = self._segment or self._start(next(filter(is_picture, frames)))
        for frame in frames:
            if not is_picture(frame):
                segment.sound(frame.payload, frame.captured_ns)
                continue
            if (
                frame.key and avi_format_of(frame, False) != self._avi_format
            ):  # the stream's parameters were changed meanwhile
                self._end(frame.captured_ns)
                segment = self._start(frame)
            segment.picture(frame.payload, frame.key, frame.captured_ns)
        segment.flush()

    def close(self, end: int) -> list[Recording]:
        """See `ClipWriter`."""
        try:
            self._end(end)
        except OSError:
            if not self._films:
                raise
        return self._films

    def _start(self, first: EncodedFrame) -> Segment:
        origin = max(self._begin, first.captured_ns)
        self._avi_format = avi_format_of(first, False)
        avi_format = avi_format_of(first, self._has_audio, 2 if first.captured_ns < origin else 1)
        self._segment = Segment(self.disk, EVENT, self._model, avi_format, self._local(origin), origin)
        return self._segment

    def _end(self, end: int) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        segment.stretch(end)
        if closed := segment.close():
            self._films.append(closed)


class JpegClipWriter:
    """Single pictures, one a second; one of them is the first at the event or after it."""

    def __init__(self, disk: Disk, model: str, local: Local, begin: int, _has_audio: bool) -> None:
        self.disk = disk
        self.bytes = 0
        self._model = model
        self._local = local
        self._due = begin
        self._pictures: list[EncodedFrame] = []
        self._files: list[Recording] = []

    def see(self, frame: EncodedFrame) -> None:
        """See `ClipWriter`."""
        if frame.captured_ns >= self._due:
            self._pictures.append(frame)
            self.bytes += len(frame.payload)
            self._due += ((frame.captured_ns - self._due) // SECOND + 1) * SECOND

    def hear(self, block: EncodedFrame) -> None:
        """See `ClipWriter`."""

    def fetch(self, end: int, *, last: bool = False) -> list[EncodedFrame]:
        """See `ClipWriter`."""
        pictures, self._pictures = self._pictures, []
        return pictures

    def write(self, frames: list[EncodedFrame]) -> None:
        """See `ClipWriter`."""
        self._files += [self._file(frame) for frame in frames]

    def close(self, end: int) -> list[Recording]:
        """See `ClipWriter`."""
        return self._files

    def _file(self, frame: EncodedFrame) -> Recording:
        at = frame.captured_ns
        for name in free_names(self._model, self._local(at), "jpg"):  # two may fall into one second
            with suppress(FileExistsError):
                found = self.disk.add_content(EVENT, name, frame.payload)
                return found.recording(at, at)
        raise FileExistsError("there are pictures of that time already")


def _taken(waiting: deque[EncodedFrame], goes: Callable[[EncodedFrame], bool]) -> Iterator[EncodedFrame]:
    while waiting and goes(waiting[0]):
        yield waiting.popleft()


def _cut(block: EncodedFrame, end: int) -> EncodedFrame:
    """Return the sound up to `end`."""
    return replace(block, payload=block.payload[: (end - block.captured_ns) * SOUND_RATE // SECOND])
