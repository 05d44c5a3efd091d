"""Clip writer of JPEG: single pictures, one per second."""

from contextlib import suppress

from ipcamd.media.codecs import Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.container_format import Local
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import EVENT, Recording
from ipcamd.storage.recording_name import free_names
from ipcamd.time_units import SECOND_NS


class JpegClipWriter:
    """Writer of JPEG files, one per second; one of them is the first picture at or after the event."""

    def __init__(self, disk: Disk, model: str, local: Local, start_ns: int, _sound: Codec | None) -> None:
        """`model` is the prefix of the file names. Audio is left out."""
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
        for name in free_names(self._model, self._local(at), "jpg"):  # two pictures can have the same second
            with suppress(FileExistsError):
                found = self.disk.add_content(EVENT, name, frame.payload)
                return found.recording(at, at)
        raise FileExistsError("pictures of that time already exist")
