"""Format of a recording: the properties that decide whether recordings fit into one track. For threads."""

import os

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec, find_by_audio_tag, find_by_mp4_kind, key_tests, video_codecs
from ipcamd.storage.disk import Disk, reader_of
from ipcamd.storage.recording import Recording
from ipcamd.wire.avi.layout import HEAD, PICTURE
from ipcamd.wire.avi.reader import Read, iterate_chunks
from ipcamd.wire.avi.reader import read_head as read_avi_head

FIRST_BYTES = 4096
"""Bytes of the first picture that are read; the codec's parameter sets are at its beginning."""


@dataclass(frozen=True, slots=True)
class RecordingFormat:
    """Format of a recording. Recordings whose formats differ only in sound fit into one track without encoding."""

    codec: Codec
    size: tuple[int, int]
    """Width and height in pixels."""
    parameters: str
    """The codec's parameters (RFC 6184, 8.1: parameter sets), as text."""
    rate: int
    """Maximum number of pictures per second."""
    sound: Codec | None
    """Codec of the sound; None without sound."""
    parameter_sets: bytes = b""
    """Parameter sets that pictures of MP4 files lack, in Annex B form."""

    @property
    def has_audio(self) -> bool:
        """Whether there is sound."""
        return self.sound is not None

    def fits(self, other: "RecordingFormat") -> bool:
        """Return whether the pictures of both can be in one track without encoding."""
        own, others = ((f.codec, f.size, f.parameters) for f in (self, other))
        return bool(self.codec.mp4_kind) and own == others


def read_format(disk: Disk, recording: Recording) -> RecordingFormat:
    """Return the format of a recording.

    Raises ``OSError``, and ``ValueError`` if the file was not written by this camera.
    """
    with disk.opened(recording.folder, recording.name) as fd:
        read = reader_of(fd)
        return (_read_mp4 if is_mp4(read) else _read_avi)(read, os.fstat(fd).st_size)


def is_mp4(read: Read) -> bool:
    """Return whether a recording is MP4, not AVI. Raises ``OSError``."""
    return read(4, 4) == b"ftyp"


def _read_avi(read: Read, size_bytes: int) -> RecordingFormat:
    avi = read_avi_head(read(0, HEAD), size_bytes, key_tests()).avi_format
    codec = next(codec for codec in video_codecs() if codec.fourcc == avi.codec)
    first = next((c for c in iterate_chunks(read, size_bytes) if c.kind == PICTURE and c.length), None)
    if first is None:
        raise ValueError("the file contains no pictures")
    parameters = codec.rtp_format.parameters(read(first.place, min(first.length, FIRST_BYTES)))
    return RecordingFormat(
        codec, avi.size, parameters, avi.rate, find_by_audio_tag(avi.audio_tag) if avi.sound else None
    )


def _read_mp4(read: Read, size_bytes: int) -> RecordingFormat:
    from ipcamd.wire.mp4.reader import read_head as read_mp4_head  # not at the camera's start

    head = read_mp4_head(read, size_bytes)
    codec, sets = find_by_mp4_kind(head.video.kind), head.video.parameter_sets
    sound = find_by_mp4_kind(head.sound.kind) if head.sound else None
    return RecordingFormat(codec, head.video.size, codec.rtp_format.parameters(sets), head.rate, sound, sets)
