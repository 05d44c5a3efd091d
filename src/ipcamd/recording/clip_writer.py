"""Clip writer: selects the frames of a capture and writes them to disk while it lasts."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress

from ipcamd.media.audio.audio_framer import BLOCK_NS
from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.container_format import ContainerFormat, Local
from ipcamd.recording.subscriber_queue import is_picture, merge_by_time
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import EVENT, Recording
from ipcamd.storage.recording_file import RecordingFile
from ipcamd.storage.recording_name import free_names
from ipcamd.time_units import SECOND_NS

HOLD_NS = SECOND_NS // 5
"""Time that pictures wait for the audio of the same time."""


class VideoClipWriter:
    """Writer of a clip with all pictures and audio. A change of the pictures' format starts another file.

    `add_picture`, `add_audio` and `take_writable` are for the event loop; `write` and `close` block, are for a worker
    thread, and raise ``OSError``.
    """

    def __init__(self, disk: Disk, model: str, local: Local, container: ContainerFormat) -> None:
        """`model` is the prefix of the file name."""
        self.disk = disk
        self.picture_bytes = 0
        """Size of the pictures added so far."""
        self._model = model
        self._local = local
        self._container = container
        self._pictures: deque[EncodedFrame] = deque()
        self._sounds: deque[EncodedFrame] = deque()
        self._file: RecordingFile | None = None
        self._format: object = None
        self._last_ns = 0
        """Capture time of the last picture."""
        self._files: list[Recording] = []

    def add_picture(self, frame: EncodedFrame) -> None:
        """Add a picture."""
        if self.picture_bytes or frame.key:
            self._pictures.append(frame)
            self.picture_bytes += len(frame.payload)

    def add_audio(self, block: EncodedFrame) -> None:
        """Add an audio block."""
        self._sounds.append(block)

    def take_writable(self, end_ns: int, *, last: bool) -> list[EncodedFrame]:
        """Return the frames that can be written now; with `last`, all. The clip ends at `end_ns` or later."""
        newest = self._pictures[-1].captured_ns if self._pictures else 0
        pictures = list(_take_while(self._pictures, lambda frame: last or frame.captured_ns < newest - HOLD_NS))
        if not pictures and not (last and self._file):
            return []
        until = min(newest - HOLD_NS, end_ns - BLOCK_NS)
        sounds = _take_while(self._sounds, lambda block: last or block.captured_ns <= until)
        included = (self._container.trim(block, end_ns) for block in sounds if block.captured_ns < end_ns)
        return list(merge_by_time(pictures, included))

    def write(self, frames: list[EncodedFrame]) -> None:
        """Write frames; durable on return."""
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
        gap_ns, self._last_ns = frame.captured_ns - self._last_ns, frame.captured_ns
        is_same = not frame.key or self._container.format_of(frame) == self._format
        if not (is_same and self._container.continues_clip(gap_ns)):
            self._end_file(frame.captured_ns)
            self._start_file(frame)
        if self._file:
            self._file.add_picture(frame.payload, frame.key, frame.captured_ns)

    def close(self, end_ns: int) -> list[Recording]:
        """Complete the files and return them, durable; empty if there was no picture."""
        try:
            self._end_file(end_ns)
        except OSError:
            if not self._files:
                raise
        return self._files

    def _start_file(self, first: EncodedFrame) -> None:
        self._format, self._last_ns = self._container.format_of(first) if first.key else None, first.captured_ns
        if self._format is not None:
            writer = self._container.make_writer(first)
            self._file = RecordingFile(self.disk, EVENT, self._model, writer, self._local(writer.origin))

    def _end_file(self, end_ns: int) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        file.extend_last_picture(end_ns)
        if closed := file.close():
            self._files.append(closed)


class JpegClipWriter:
    """Writer of a clip of JPEG files, one per second; one of them is the first picture at or after the event.

    See `VideoClipWriter` for the threads.
    """

    def __init__(self, disk: Disk, model: str, local: Local, start_ns: int) -> None:
        """`model` is the prefix of the file names. Audio is left out."""
        self.disk = disk
        self.picture_bytes = 0
        self._model = model
        self._local = local
        self._next_due_ns = start_ns
        self._pictures: list[EncodedFrame] = []
        self._files: list[Recording] = []

    def add_picture(self, frame: EncodedFrame) -> None:
        """See `VideoClipWriter`."""
        if frame.captured_ns >= self._next_due_ns:
            self._pictures.append(frame)
            self.picture_bytes += len(frame.payload)
            self._next_due_ns += ((frame.captured_ns - self._next_due_ns) // SECOND_NS + 1) * SECOND_NS

    def add_audio(self, block: EncodedFrame) -> None:
        """See `VideoClipWriter`."""

    def take_writable(self, end_ns: int, *, last: bool) -> list[EncodedFrame]:
        """See `VideoClipWriter`."""
        pictures, self._pictures = self._pictures, []
        return pictures

    def write(self, frames: list[EncodedFrame]) -> None:
        """See `VideoClipWriter`."""
        for frame in frames:
            self._files.append(self._file(frame))

    def close(self, end_ns: int) -> list[Recording]:
        """See `VideoClipWriter`."""
        return self._files

    def _file(self, frame: EncodedFrame) -> Recording:
        at = frame.captured_ns
        for name in free_names(self._model, self._local(at), "jpg"):  # two pictures can have the same second
            with suppress(FileExistsError):
                found = self.disk.add_content(EVENT, name, frame.payload)
                return found.recording(at, at)
        raise FileExistsError("pictures of that time already exist")


ClipWriter = VideoClipWriter | JpegClipWriter
"""Writer of one clip's files."""


def _take_while(waiting: deque[EncodedFrame], goes: Callable[[EncodedFrame], bool]) -> Iterator[EncodedFrame]:
    while waiting and goes(waiting[0]):
        yield waiting.popleft()
