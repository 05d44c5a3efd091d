"""Frame entry: place and time of one frame in a recording."""

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec


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
