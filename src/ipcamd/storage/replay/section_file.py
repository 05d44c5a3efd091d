"""Section file: the frames of one recording with their times, read one by one. For threads."""

import os
import threading
from collections.abc import Iterator, Sequence

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import ULAW, Codec, key_tests
from ipcamd.storage.disk import Disk
from ipcamd.storage.replay.catalog import Section, reading
from ipcamd.wire.avi.layout import HEAD, PICTURE, SOUND_RATE
from ipcamd.wire.avi.reader import AviChunk, iterate_chunks, read_head, read_index

SECOND_NS = 1_000_000_000
"""Nanoseconds in a second."""
LOOK = 96
"""Bytes of a picture that are enough to tell whether it is a key frame."""


@dataclass(frozen=True, slots=True)
class FrameEntry:
    """Place of a frame in a file."""

    codec: Codec
    place: int
    """Offset of the frame's data in the file, in bytes."""
    length: int
    """Length of the frame's data in bytes."""
    time_ns: int
    """Time of capture, since the epoch, UTC."""
    is_key: bool


class SectionFile:
    """Frames of the file of one section.

    Each method holds the lock, so closing waits for a read. Raises ``OSError``, and ``ValueError`` if the file was not
    written by this camera.
    """

    def __init__(self, disk: Disk, section: Section) -> None:
        self._disk = disk
        self._section = section
        self._lock = threading.Lock()
        self._fd: int | None = None
        self._is_closed = False
        self._slots = self._samples = 0
        self._end = HEAD
        """Offset after the last known chunk."""

    def read_entries(self) -> list[FrameEntry]:
        """Return the entries that were added since the last call; at first, all of them."""
        with self._lock:
            return list(self._new_entries(self._open()))

    def read_payloads(self, entries: Sequence[FrameEntry]) -> list[bytes]:
        """Return the payloads of frames; those of truncated frames are shorter."""
        with self._lock:
            fd = self._open()
            return [os.pread(fd, entry.length, entry.place) for entry in entries]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._fd is not None:
                os.close(self._fd)
            self._fd, self._is_closed = None, True

    def _open(self) -> int:
        if self._is_closed:
            raise OSError("the file is closed")
        if self._fd is None:
            self._fd = self._disk.open(self._section.recording.folder, self._section.recording.name)
        return self._fd

    def _new_entries(self, fd: int) -> Iterator[FrameEntry]:
        for chunk, is_key in self._new_chunks(fd):
            self._end = chunk.end
            if chunk.kind == PICTURE:
                at_ns, codec = self._slots * SECOND_NS // self._section.format.rate, self._section.format.codec
                self._slots += 1
            else:
                at_ns, codec = self._samples * SECOND_NS // SOUND_RATE, ULAW
                self._samples += chunk.length
            if chunk.length:  # an empty chunk repeats the previous picture
                yield FrameEntry(codec, chunk.place, chunk.length, self._section.recording.started_ns + at_ns, is_key)

    def _new_chunks(self, fd: int) -> Iterator[tuple[AviChunk, bool]]:
        """Yield chunks, and whether decoding can start there."""
        read, size, tests = reading(fd), os.fstat(fd).st_size, key_tests()
        head = read_head(read(0, HEAD), size, tests)
        if head.closed and self._end == HEAD:
            yield from read_index(read, size, head)
            return
        is_key = tests[head.avi_format.codec]
        for chunk in iterate_chunks(read, size, self._end):
            yield chunk, chunk.kind != PICTURE or is_key(read(chunk.place, min(LOOK, chunk.length)))
