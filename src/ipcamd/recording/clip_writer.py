"""Clip writer: selects the frames of a capture and writes them to disk while it lasts."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

from ipcamd.media.codecs import Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.container_format import Local
from ipcamd.recording.subscriber_queue import is_picture, merge_by_time
from ipcamd.storage.container_writer import ContainerWriter
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import EVENT, Recording
from ipcamd.storage.recording_file import RecordingFile
from ipcamd.time_units import SECOND_NS

HOLD_NS = SECOND_NS // 5
"""Time that pictures wait for the audio of the same time."""
AUDIO_BLOCK_NS = 40_000_000
"""Length of an audio block."""


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
        """Return the frames that can be written now; with `last`, all. The clip ends at `end_ns` or later."""

    def write(self, frames: list[EncodedFrame]) -> None:
        """Write frames; durable on return."""

    def close(self, end_ns: int) -> list[Recording]:
        """Complete the files and return them, durable; empty if there was no picture."""


class VideoClipWriter(ABC):
    """Base of the writers of clips with all pictures and audio.

    A change of the pictures' format starts another file.
    """

    def __init__(self, disk: Disk, model: str, local: Local, start_ns: int, sound: Codec | None) -> None:
        """`model` is the prefix of the file name; `sound` is the codec of the audio track."""
        self.disk = disk
        self.picture_bytes = 0
        self._model = model
        self._local = local
        self._start_ns = start_ns
        self._sound = sound
        self._pictures: deque[EncodedFrame] = deque()
        self._sounds: deque[EncodedFrame] = deque()
        self._file: RecordingFile | None = None
        self._format: object = None
        self._files: list[Recording] = []

    @abstractmethod
    def _format_of(self, key: EncodedFrame) -> object:
        """Return the properties that are constant within a file; None if no file can begin with this key frame."""

    @abstractmethod
    def _make_writer(self, first: EncodedFrame) -> ContainerWriter:
        """Return the writer of a file that begins with a key frame."""

    def _continues(self, frame: EncodedFrame) -> bool:
        """Return whether the picture's time allows it to be in the same file as the previous one."""
        return True

    def _trim(self, block: EncodedFrame, end_ns: int) -> EncodedFrame:
        """Return the part of the audio that belongs to a clip with this end."""
        return block

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
        return list(
            merge_by_time(pictures, (self._trim(block, end_ns) for block in sounds if block.captured_ns < end_ns))
        )

    def write(self, frames: list[EncodedFrame]) -> None:
        """See `ClipWriter`."""
        if not self._file and (first := next(filter(is_picture, frames), None)):
            self._start_file(first)  # written before the audio, which was captured earlier
        for frame in frames:
            if is_picture(frame):
                self._write_picture(frame)
            elif self._file:
                self._file.add_audio(frame.payload, frame.captured_ns)
        if frames and self._file:
            self._file.flush()

    def _write_picture(self, frame: EncodedFrame) -> None:
        if not self._continues(frame) or (frame.key and self._format_of(frame) != self._format):
            self._end_file(frame.captured_ns)
            self._start_file(frame)
        if self._file:
            self._file.add_picture(frame.payload, frame.key, frame.captured_ns)

    def close(self, end_ns: int) -> list[Recording]:
        """See `ClipWriter`."""
        try:
            self._end_file(end_ns)
        except OSError:
            if not self._files:
                raise
        return self._files

    def _start_file(self, first: EncodedFrame) -> None:
        self._format = self._format_of(first) if first.key else None
        if self._format is not None:
            writer = self._make_writer(first)
            began = self._local(writer.origin)
            self._file = RecordingFile(self.disk, EVENT, self._model, writer, began)

    def _end_file(self, end_ns: int) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        file.extend_last_picture(end_ns)
        if closed := file.close():
            self._files.append(closed)


def _take_while(waiting: deque[EncodedFrame], goes: Callable[[EncodedFrame], bool]) -> Iterator[EncodedFrame]:
    while waiting and goes(waiting[0]):
        yield waiting.popleft()
