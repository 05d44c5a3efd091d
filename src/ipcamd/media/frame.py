"""Frames: pictures and sound before encoding, encoded frames after it."""

from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec
from ipcamd.wire.sdk_header import Status

if TYPE_CHECKING:  # importing PyAV takes longer than the camera may take to listen
    import av
    import numpy as np


NO_STATUS = Status()
"""No motion, and all inputs and outputs low."""


@dataclass(slots=True)
class Picture:
    """One picture on its way from the source to the encoders.

    ``video`` is full-range YUV 4:2:0 (``yuvj420p``, even width and height). After the transform it is shared by all
    encoders, and read-only.
    """

    video: "av.VideoFrame"
    captured_ns: int
    """When it was captured: nanoseconds since the epoch, UTC."""
    number: int
    """Counted by the source from 0; a gap means that the source lost pictures."""
    signal: bool = True
    """False for a picture that says that there is no signal."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded picture as the source made it, to be handed on as it is.

    The `Picture` that is decoded from it, if that is wanted, comes after it, with the same time.
    """

    codec: Codec
    payload: bytes
    """As in `EncodedFrame`; empty in a packet that only announces its `obstacle`."""
    key: bool
    """A decoder can start here."""
    size: tuple[int, int]
    """Width and height in pixels."""
    captured_ns: int
    """When it was captured: nanoseconds since the epoch, UTC."""
    rate: float = 0.0
    """Pictures per second that the source declares; 0: it does not."""
    obstacle: str = ""
    """Why viewers cannot be given it, in a few words; "" if they can."""
    mask_version: int = 0
    """Version of the masks when it came (see `MaskSet`)."""


def announce(codec: Codec, obstacle: str) -> Packet:
    """Return an empty packet: it says why a source of encoded pictures delivers them decoded alone."""
    return Packet(codec, b"", False, (0, 0), 0, obstacle=obstacle)


@dataclass(slots=True)
class Sound:
    """A stretch of sound from the source: signed 16-bit samples, one channel, 8000 per second."""

    samples: "np.ndarray[tuple[int], np.dtype[np.int16]]"
    """Array of shape (samples,)."""
    captured_ns: int
    """When its first sample was captured: nanoseconds since the epoch, UTC."""


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One encoded frame: encoded once, its bytes shared by all viewers.

    Protocols add their own headers, such as the SDK's payload header.
    """

    codec: Codec
    payload: bytes
    """A JPEG, an H.264 access unit (Annex B), an MPEG-4 VOP, or u-law samples.

    Key frames start with their SPS and PPS, or VOL.
    """
    key: bool
    """A decoder can start here."""
    captured_ns: int
    """Nanoseconds since the epoch, UTC, of its picture's capture."""
    counter: int
    """One per stream and media kind, from 0, shared by all viewers, modulo 2**32 (SDK 3.1)."""
    size: tuple[int, int] = (0, 0)
    """Width and height in pixels; (0, 0) for sound."""
    rate: int = 1
    """Most pictures per second of its stream; samples per second of sound."""
    gop: int = 1
    """Pictures from one key frame of its stream to the next."""
    since_key: int = 0
    """Pictures since the last key frame; 0 for a key frame."""
    quality: int = 0
    """Of its stream: 0 lowest to 4 highest."""
    status: Status = NO_STATUS
    """Motion levels, inputs and output when it was encoded."""
    mask_version: int = 0
    """Version of the masks that cover its picture (see `MaskSet`)."""

    @property
    def size_bytes(self) -> int:
        """Bytes of the payload."""
        return len(self.payload)
