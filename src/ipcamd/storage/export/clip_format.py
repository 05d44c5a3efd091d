"""Format of a recording, as far as it decides whether recordings fit into one track. For threads."""

from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec, key_tests, video_codecs
from ipcamd.wire.avi.layout import HEAD, PICTURE
from ipcamd.wire.avi.reader import iterate_chunks, read_head

FIRST_BYTES = 4096
"""Bytes of the first picture that are read; it begins with the codec's parameters."""

Read = Callable[[int, int], bytes]
"""``read(place, length)`` returns bytes of a file; fewer only at its end."""


@dataclass(frozen=True, slots=True)
class ClipFormat:
    """Recordings whose formats differ in nothing but sound fit into one track without encoding."""

    codec: Codec
    size: tuple[int, int]
    """Width and height in pixels."""
    parameters: str
    """The codec's parameters (RFC 6184, 8.1: parameter sets)."""
    rate: int
    """Slots for pictures per second."""
    has_sound: bool

    def fits(self, other: "ClipFormat") -> bool:
        """Return whether pictures of both can be in one track without encoding."""
        own, others = ((f.codec, f.size, f.parameters) for f in (self, other))
        return self.codec.in_browsers and own == others


def read_format(read: Read, size_bytes: int) -> ClipFormat:
    """Return the format of a recording. Raises ``OSError``, and ``ValueError`` if this camera did not write it."""
    avi = read_head(read(0, HEAD), size_bytes, key_tests()).avi_format
    codec = next(codec for codec in video_codecs() if codec.fourcc == avi.codec)
    first = next((c for c in iterate_chunks(read, size_bytes) if c.kind == PICTURE and c.length), None)
    if first is None:
        raise ValueError("there are no pictures in it")
    parameters = codec.rtp_format.parameters(read(first.place, min(first.length, FIRST_BYTES)))
    return ClipFormat(codec, avi.size, parameters, avi.rate, avi.sound)
