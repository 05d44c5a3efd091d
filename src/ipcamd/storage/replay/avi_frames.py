"""Frames of an AVI recording, with their times. For threads."""

from collections.abc import Iterator

from ipcamd.media.codecs import key_tests
from ipcamd.storage.replay.catalog import Section
from ipcamd.storage.replay.frame_entry import FrameEntry
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.avi.layout import HEAD, PICTURE, SOUND_RATE
from ipcamd.wire.avi.reader import AviChunk, Read, iterate_chunks, read_head, read_index

LOOK = 96
"""Bytes of a picture that are enough to tell whether it is a key frame."""


class AviFrames:
    """Frames of one file. See `FrameReader`."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._slots = self._samples = 0
        self._end = HEAD
        """Offset after the last known chunk."""

    def new_entries(self, read: Read, size_bytes: int) -> Iterator[FrameEntry]:
        """See `FrameReader`."""
        form = self._section.format
        for chunk, is_key in self._new_chunks(read, size_bytes):
            self._end = chunk.end
            codec = form.codec if chunk.kind == PICTURE else form.sound
            if chunk.kind == PICTURE:
                at_ns = self._slots * SECOND_NS // form.rate
                self._slots += 1
            else:
                at_ns = self._samples * SECOND_NS // SOUND_RATE
                self._samples += chunk.length
            if chunk.length and codec:  # an empty chunk repeats the previous picture
                yield FrameEntry(codec, chunk.place, chunk.length, self._section.recording.started_ns + at_ns, is_key)

    def payload(self, entry: FrameEntry, data: bytes) -> bytes:
        """See `FrameReader`."""
        return data

    def _new_chunks(self, read: Read, size_bytes: int) -> Iterator[tuple[AviChunk, bool]]:
        """Yield chunks, and whether decoding can start there."""
        tests = key_tests()
        head = read_head(read(0, HEAD), size_bytes, tests)
        if head.closed and self._end == HEAD:
            yield from read_index(read, size_bytes, head)
            return
        is_key = tests[head.avi_format.codec]
        for chunk in iterate_chunks(read, size_bytes, self._end):
            yield chunk, chunk.kind != PICTURE or is_key(read(chunk.place, min(LOOK, chunk.length)))
