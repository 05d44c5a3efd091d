"""Clip writer: selects the frames of a capture and writes them to disk while it lasts."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.segmented_recorder import avi_format_of
from ipcamd.recording.subscriber_queue import is_picture, merge_by_time
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import EVENT, Recording, free_names
from ipcamd.storage.recording_file import RecordingFile
from ipcamd.wire.avi.layout import SOUND_RATE, AviFormat

SECOND_NS = 1_000_000_000
"""One second in nanoseconds."""
HOLD_NS = SECOND_NS // 5
"""Time that pictures wait for the audio of the same time."""
AUDIO_BLOCK_NS = 40_000_000
"""Length of an audio block."""

Local = Callable[[int], datetime]
"""Returns the local time of a time in nanoseconds since the epoch."""


class ClipWriter(Protocol):
    """Writer of one clip's files.

    `add_picture`, `add_audio` and `take_writable` are for the event loop; `write` and `close` block, are for a worker
    thread, and raise ``OSError``.
    """

    disk: Disk
    picture_bytes: int
    """Size of the pictures added so far."""

    def add_picture(self, frame: EncodedFrame) -> None:
        """Add a picture."""

    def add_audio(self, block: EncodedFrame) -> None:
        """Add an audio block."""

    def take_writable(self, end_ns: int, *, last: bool = False) -> list[EncodedFrame]:
        """Return the frames that can be written now, with `last` all. The clip ends at `end_ns` or later."""

    def write(self, frames: list[EncodedFrame]) -> None:
        """Write frames; durable on return."""

    def close(self, end_ns: int) -> list[Recording]:
        """Complete the files and return them, durable; none if there was no picture."""


class AviClipWriter:
    """Writer of AVI clips with all pictures and audio; a change of the picture's format starts another file.

    The clip starts at `start_ns`. Earlier pictures, back to the last key frame, are needed for decoding: they play at
    twice their speed, and so do the following ones until pictures and time match again.
    """

    def __init__(self, disk: Disk, model: str, local: Local, start_ns: int, has_audio: bool) -> None:
        """`model` is the device's, with which the file's name begins; `has_audio` adds a track of sound."""
        self.disk = disk
        self.picture_bytes = 0
        self._model = model
        self._local = local
        self._start_ns = start_ns
        self._has_audio = has_audio
        self._pictures: deque[EncodedFrame] = deque()
        self._sounds: deque[EncodedFrame] = deque()
        self._file: RecordingFile | None = None
        self._avi_format: AviFormat | None = None
        self._files: list[Recording] = []

    def add_picture(self, frame: EncodedFrame) -> None:
        """See `ClipWriter`."""
        if self.picture_bytes or frame.key:
            self._pictures.append(frame)
            self.picture_bytes += len(frame.payload)

    def add_audio(self, block: EncodedFrame) -> None:
        """See `ClipWriter`."""
        self._sounds.append(block)

    def take_writable(self, end_ns: int, *, last: bool = False) -> list[EncodedFrame]:
        """See `ClipWriter`."""
        newest = self._pictures[-1].captured_ns if self._pictures else 0
        pictures = list(_take_while(self._pictures, lambda frame: last or frame.captured_ns < newest - HOLD_NS))
        if not pictures and not (last and self._file):
            return []
        until = min(newest - HOLD_NS, end_ns - AUDIO_BLOCK_NS)
        sounds = _take_while(self._sounds, lambda block: last or block.captured_ns <= until)
        return list(merge_by_time(pictures, (_trim(block, end_ns) for block in sounds if block.captured_ns < end_ns)))

    def write(self, frames: list[EncodedFrame]) -> None:
        """See `ClipWriter`."""
        if not frames:
            return
        file = self._file or self._start_file(next(filter(is_picture, frames)))
        for frame in frames:
            if not is_picture(frame):
                file.add_audio(frame.payload, frame.captured_ns)
                continue
            if frame.key and avi_format_of(frame, False) != self._avi_format:  # the stream's parameters have changed
                self._end_file(frame.captured_ns)
                file = self._start_file(frame)
            file.add_picture(frame.payload, frame.key, frame.captured_ns)
        file.flush()

    def close(self, end_ns: int) -> list[Recording]:
        """See `ClipWriter`."""
        try:
            self._end_file(end_ns)
        except OSError:
            if not self._files:
                raise
        return self._files

    def _start_file(self, first: EncodedFrame) -> RecordingFile:
        origin_ns = max(self._start_ns, first.captured_ns)
        self._avi_format = avi_format_of(first, False)
        avi_format = avi_format_of(first, self._has_audio, 2 if first.captured_ns < origin_ns else 1)
        self._file = RecordingFile(self.disk, EVENT, self._model, avi_format, self._local(origin_ns), origin_ns)
        return self._file

    def _end_file(self, end_ns: int) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        file.extend_last_picture(end_ns)
        if closed := file.close():
            self._files.append(closed)


class JpegClipWriter:
    """Writer of JPEG files, one per second; one of them is the first picture at or after the event."""

    def __init__(self, disk: Disk, model: str, local: Local, start_ns: int, _has_audio: bool) -> None:
        """`model` is the device's, with which the files' names begin. Sound is left out."""
        self.disk = disk
        self.picture_bytes = 0
        self._model = model
        self._local = local
        self._next_due_ns = start_ns
        self._pictures: list[EncodedFrame] = []
        self._files: list[Recording] = []

    def add_picture(self, frame: EncodedFrame) -> None:
        """See `ClipWriter`."""
        if frame.captured_ns >= self._next_due_ns:
            self._pictures.append(frame)
            self.picture_bytes += len(frame.payload)
            self._next_due_ns += ((frame.captured_ns - self._next_due_ns) // SECOND_NS + 1) * SECOND_NS

    def add_audio(self, block: EncodedFrame) -> None:
        """See `ClipWriter`."""

    def take_writable(self, end_ns: int, *, last: bool = False) -> list[EncodedFrame]:
        """See `ClipWriter`."""
        pictures, self._pictures = self._pictures, []
        return pictures

    def write(self, frames: list[EncodedFrame]) -> None:
        """See `ClipWriter`."""
        self._files += [self._file(frame) for frame in frames]

    def close(self, end_ns: int) -> list[Recording]:
        """See `ClipWriter`."""
        return self._files

    def _file(self, frame: EncodedFrame) -> Recording:
        at = frame.captured_ns
        for name in free_names(self._model, self._local(at), "jpg"):  # two pictures may fall into one second
            with suppress(FileExistsError):
                found = self.disk.add_content(EVENT, name, frame.payload)
                return found.recording(at, at)
        raise FileExistsError("there are pictures of that time already")


def _take_while(waiting: deque[EncodedFrame], goes: Callable[[EncodedFrame], bool]) -> Iterator[EncodedFrame]:
    while waiting and goes(waiting[0]):
        yield waiting.popleft()


def _trim(block: EncodedFrame, end_ns: int) -> EncodedFrame:
    """Return the part of the block before `end_ns`."""
    return replace(block, payload=block.payload[: (end_ns - block.captured_ns) * SOUND_RATE // SECOND_NS])
