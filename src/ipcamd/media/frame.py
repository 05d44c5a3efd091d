"""Frames: pictures and sound before encoding, and encoded frames."""

from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec
from ipcamd.wire.payload_header import Status

if TYPE_CHECKING:  # PyAV takes longer to import than the camera may take to listen
    import av
    import numpy as np


AUDIO_RATE_HZ = 8000
"""Samples per second of all sound before encoding, the rate of the SDK (SDK 5.2)."""

NO_STATUS = Status()
"""No motion, all inputs and outputs low."""


@dataclass(slots=True)
class Picture:
    """One picture between source and encoders.

    ``video`` is full-range YUV 4:2:0 (``yuvj420p``, even width and height). After the adjustments all encoders share
    it, and it is read-only.
    """

    video: "av.VideoFrame"
    captured_ns: int
    """Capture time: nanoseconds since the epoch, UTC."""
    signal: bool = True
    """False for a "no signal" picture."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One picture as the source encoded it, to pass through.

    Its decoded `Picture`, if wanted, follows it with the same time.
    """

    codec: Codec
    payload: bytes
    """As in `EncodedFrame`; empty in a packet that only announces its `obstacle`."""
    key: bool
    """A decoder can start here."""
    size: tuple[int, int]
    """Width and height in pixels."""
    captured_ns: int
    """Capture time: nanoseconds since the epoch, UTC."""
    rate: float = 0.0
    """Frame rate that the source declares; 0 if it does not."""
    obstacle: str = ""
    """Short reason why it cannot be passed through; "" if it can."""
    mask_version: int = 0
    """Version of the masks when it arrived (see `MaskSet`)."""
    is_kept: bool = False
    """Whether it arrived earlier, and was kept for the next viewer."""


def announce(codec: Codec, obstacle: str) -> Packet:
    """Return an empty packet, with which a source of encoded pictures announces why it delivers only decoded ones."""
    return Packet(codec, b"", False, (0, 0), 0, obstacle=obstacle)


@dataclass(slots=True)
class AudioChunk:
    """Sound from the source: signed 16-bit samples, one channel, `AUDIO_RATE_HZ` per second."""

    samples: "np.ndarray[tuple[int], np.dtype[np.int16]]"
    """Array of shape (samples,)."""
    captured_ns: int
    """Capture time of its first sample: nanoseconds since the epoch, UTC."""


SourceItem = Packet | Picture | AudioChunk
"""Anything that a source yields."""


@dataclass(frozen=True, slots=True)
class SessionPicture:
    """One encoded picture of a stream, before it becomes an `EncodedFrame`."""

    payload: bytes
    key: bool
    """A decoder can start here."""
    captured_ns: int
    """Capture time of its picture."""
    mask_version: int
    """Version of the masks that cover it."""


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One encoded frame, shared by all viewers.

    Protocols add their own headers, such as the SDK's payload header.
    """

    codec: Codec
    payload: bytes
    """A JPEG, an access unit of H.264 or H.265 (Annex B), an MPEG-4 VOP, samples of A-law or u-law, or a frame of AAC
    or Opus.

    Key frames start with their parameter sets (SPS and PPS, in H.265 also VPS), or VOL.
    """
    key: bool
    """A decoder can start here."""
    captured_ns: int
    """Capture time of its picture: nanoseconds since the epoch, UTC."""
    counter: int
    """Counter per stream and media kind, from 0, shared by all viewers, modulo 2**32 (SDK 3.1)."""
    size: tuple[int, int] = (0, 0)
    """Width and height in pixels; (0, 0) for sound."""
    rate: int = 1
    """Highest frame rate of its stream; for sound, samples per second."""
    gop: int = 1
    """Pictures per GOP of its stream."""
    since_key: int = 0
    """Pictures since the last key frame; 0 for a key frame."""
    quality: int = 0
    """Quality of its stream: 0 lowest to 4 highest."""
    status: Status = NO_STATUS
    """Motion levels, inputs and output at encoding."""
    mask_version: int = 0
    """Version of the masks that cover its picture (see `MaskSet`)."""

    @property
    def size_bytes(self) -> int:
        """Bytes of the payload."""
        return len(self.payload)
