"""Tracks of MP4: sample entries of H.264 (ISO/IEC 14496-15) and of AAC (ISO/IEC 14496-14)."""

import struct

from ipcamd.dataclass import dataclass
from ipcamd.wire.aac import AudioSpecificConfig
from ipcamd.wire.mp4.boxes import box, full_box

_MPEG4_AUDIO, _AUDIO_STREAM = 0x40, 0x15


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """H.264 whose parameter sets are in the initialization segment."""

    sps: bytes
    """Sequence parameter set, a NAL unit."""
    pps: bytes
    """Picture parameter set, a NAL unit."""
    size: tuple[int, int]
    """Width and height in pixels."""

    id = 1
    timescale = 90_000
    """Units of its times in a second."""
    handler = b"vide"
    volume = 0
    media_header = full_box(b"vmhd", 0, 1, bytes(8))

    @property
    def codec(self) -> str:
        """Name of the codec, its profile and level (RFC 6381)."""
        return f"avc1.{self.sps[1:4].hex()}"

    @property
    def sample_entry(self) -> bytes:
        """Box that describes the frames."""
        sets = (b"\xe1", len(self.sps).to_bytes(2), self.sps, b"\x01", len(self.pps).to_bytes(2), self.pps)
        configuration = box(b"avcC", b"\x01", self.sps[1:4], b"\xff", *sets)
        fields = struct.pack(">6xH16xHHII4xH32xHh", 1, *self.size, 72 << 16, 72 << 16, 1, 24, -1)
        return box(b"avc1", fields, configuration)


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """AAC-LC, one channel."""

    rate_hz: int
    """Samples per second: one of the standard's rates."""

    id = 2
    codec = "mp4a.40.2"
    """Name of the codec (RFC 6381)."""
    size = (0, 0)
    handler = b"soun"
    volume = 0x0100
    media_header = full_box(b"smhd", 0, 0, bytes(4))

    @property
    def timescale(self) -> int:
        """Units of its times in a second."""
        return self.rate_hz

    @property
    def sample_entry(self) -> bytes:
        """Box that describes the frames."""
        specific = _descriptor(5, AudioSpecificConfig(self.rate_hz).pack())
        decoder = struct.pack(">BB11x", _MPEG4_AUDIO, _AUDIO_STREAM) + specific
        stream = b"\0\0\0" + _descriptor(4, decoder) + _descriptor(6, b"\x02")
        fields = struct.pack(">6xH8xHH4xI", 1, 1, 16, self.rate_hz << 16)
        return box(b"mp4a", fields, full_box(b"esds", 0, 0, _descriptor(3, stream)))


Track = VideoTrack | SoundTrack
"""Track of either kind."""


def _descriptor(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content
