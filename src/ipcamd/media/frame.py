"""What flows through the camera: pictures and sound before encoding, encoded frames after."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing PyAV takes longer than starting to listen may
    import av
    import numpy as np


class Codec(Enum):
    """How a frame is encoded."""

    JPEG = "jpeg"
    MPEG4 = "mpeg4"
    H264 = "h264"
    ULAW = "ulaw"


@dataclass(slots=True)
class Picture:
    """One picture on its way from the source to the encoders.

    ``video`` is full-range YUV 4:2:0 (``yuvj420p``, even width and height). Whoever holds it after the transform only
    reads it: it is shared by all encoders.
    """

    video: "av.VideoFrame"
    captured: int
    """When it was captured: nanoseconds since the epoch, UTC."""
    number: int
    """Counted by the source from 0; a gap is a picture that the source lost."""
    signal: bool = True
    """False: it only says that there is no signal."""


@dataclass(slots=True)
class Sound:
    """A stretch of sound from the source: signed 16-bit samples, one channel, 8000 per second."""

    samples: "np.ndarray[tuple[int], np.dtype[np.int16]]"
    captured: int
    """When its first sample was captured: nanoseconds since the epoch, UTC."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One encoded frame: encoded once, its bytes shared by all viewers."""

    codec: Codec
    payload: bytes
    """A JPEG, an H.264 access unit (Annex B), an MPEG-4 VOP, or u-law samples.

    Key frames start with their SPS and PPS, or VOL.
    """
    key: bool
    """A decoder can start here."""
    captured: int
    """Nanoseconds since the epoch, UTC, of its picture's capture."""
    counter: int
    """One per stream and media kind, from 0, shared by all viewers, modulo 2**32 (SDK 3.1)."""
    header: bytes
    """The SDK's 28-byte payload header for it (SDK 3.1)."""
    size: tuple[int, int] = (0, 0)
    """Width and height in pixels; (0, 0) for sound."""
