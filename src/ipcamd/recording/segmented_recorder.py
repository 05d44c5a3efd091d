"""Segmented recorder: writes frames into successive files. For one thread."""

from collections.abc import Callable, Iterable

from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.clock_step import is_clock_step
from ipcamd.recording.container_format import ContainerFormat
from ipcamd.recording.subscriber_queue import is_picture
from ipcamd.storage.container_writer import ContainerWriter
from ipcamd.storage.recording import Recording
from ipcamd.storage.recording_file import RecordingFile


class SegmentedRecorder:
    """Recorder into successive files.

    A new file starts at a key frame: after the length or size limit, when the pictures' format changes, and when the
    clock was set.
    """

    def __init__(
        self,
        container: ContainerFormat,
        begin: Callable[[ContainerWriter], RecordingFile],
        ask_key: Callable[[], None],
        max_length_ns: int,
        max_size_bytes: int,
    ) -> None:
        """`begin` creates the file of a writer; `ask_key` requests a key frame."""
        self.current: RecordingFile | None = None
        """The file in progress."""
        self._container = container
        self._format: object = None
        self._begin = begin
        self._ask_key = ask_key
        self._max_length_ns = max_length_ns
        self._max_size_bytes = max_size_bytes
        self._needs_new_file = False
        self._expected_step_ns = 0
        self._last_ns = 0

    def write(self, frames: Iterable[EncodedFrame]) -> list[Recording]:
        """Write frames; return the files that were completed. Raises ``OSError``; `close` must follow then."""
        done = [closed for frame in frames if (closed := self._write_frame(frame))]
        if self.current:
            self.current.flush()
        return done

    def expect_step(self, step_ns: int) -> None:
        """Start a new file where capture times step, because the clock was set by `step_ns`.

        Earlier pictures may still arrive.
        """
        self._expected_step_ns = step_ns
        self._ask_key()

    def close(self) -> Recording | None:
        """Complete the file; return it if it contains a picture. Raises ``OSError``."""
        current, self.current = self.current, None
        return current.close() if current else None

    def _write_frame(self, frame: EncodedFrame) -> Recording | None:
        closed = None
        if is_picture(frame):
            closed = self._start_file_if_due(frame)
            if self.current:
                self.current.add_picture(frame.payload, frame.key, frame.captured_ns)
        elif self.current:
            self.current.add_audio(frame.payload, frame.captured_ns)
        return closed

    def _start_file_if_due(self, frame: EncodedFrame) -> Recording | None:
        """Start a new file if one is due; return the completed one."""
        if self.current and is_clock_step(frame.captured_ns - self._last_ns, self._expected_step_ns):
            self._needs_new_file, self._expected_step_ns = True, 0
            self._ask_key()
        self._last_ns = frame.captured_ns
        if not frame.key:
            return None
        found = self._container.format_of(frame)
        if found is None or (self.current and not self._is_over(self.current, found)):
            return None
        closed, self._needs_new_file = self.close(), False
        self.current, self._format = self._begin(self._container.make_writer(frame)), found
        return closed

    def _is_over(self, file: RecordingFile, found: object) -> bool:
        """Return whether a key frame of that format belongs into another file."""
        is_full = file.length_ns >= self._max_length_ns or file.size_bytes >= self._max_size_bytes
        return self._needs_new_file or found != self._format or is_full
