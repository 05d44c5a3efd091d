"""Format of a recording: the properties that decide whether recordings fit into one track. For threads."""

from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec, key_tests, video_codecs
from ipcamd.wire.avi.layout import HEAD, PICTURE
from ipcamd.wire.avi.reader import iterate_chunks, read_head

FIRST_BYTES = 4096
"""Bytes of the first picture that are read; the codec's parameter sets are at its beginning."""

Read = Callable[[int, int], bytes]
"""``read(offset, length)`` returns bytes of a file; it returns fewer only at the end of the file."""


@dataclass(frozen=True, slots=True)
class ClipFormat:
    """Format of a recording. Recordings whose formats differ only in sound fit into one track without encoding."""

    codec: Codec
    size: tuple[int, int]
    """Width and height in pixels."""
    parameters: str
    """The codec's parameters (RFC 6184, 8.1: parameter sets), as text."""
    rate: int
    """Maximum number of pictures per second."""
    has_sound: bool

    def fits(self, other: "ClipFormat") -> bool:
        """Return whether the pictures of both can be in one track without encoding."""
        own, others = ((f.codec, f.size, f.parameters) for f in (self, other))
        return self.codec.in_browsers and own == others


def read_format(read: Read, size_bytes: int) -> ClipFormat:
    """Return the format of a recording.

    Raises ``OSError``, and ``ValueError`` if the file was not written by this camera.
    """
    avi = read_head(read(0, HEAD), size_bytes, key_tests()).avi_format
    codec = next(codec for codec in video_codecs() if codec.fourcc == avi.codec)
    first = next((c for c in iterate_chunks(read, size_bytes) if c.kind == PICTURE and c.length), None)
    if first is None:
        raise ValueError("the file contains no pictures")
    parameters = codec.rtp_format.parameters(read(first.place, min(first.length, FIRST_BYTES)))
    return ClipFormat(codec, avi.size, parameters, avi.rate, avi.sound)
