"""Tracks of MP4, and how frames of their codecs are stored (ISO/IEC 14496-12, -14, -15; Opus in ISO BMFF 0.6)."""

import struct
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ipcamd.dataclass import dataclass
from ipcamd.wire.mp4.boxes import box, full_box
from ipcamd.wire.packetize import aac, h264, h265, opus

_MPEG4_AUDIO, _AUDIO_STREAM = 0x40, 0x15
_H264_SPS, _H264_PPS = 7, 8
_H265_SETS = _VPS, _SPS, _PPS = 32, 33, 34
_PRE_SKIP = 312
"""Samples at the beginning of Opus that are its encoder's delay, at 48000 a second."""


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """Pictures whose parameter sets are in the initialization segment."""

    codec: str
    """Name of the codec, its profile and level (RFC 6381)."""
    size: tuple[int, int]
    """Width and height in pixels."""
    sample_entry: bytes
    """Box that describes the frames."""
    make_sample: Callable[[bytes], bytes]
    """Convert a frame from Annex B form to that of MP4: lengths in place of start codes, without parameter sets."""

    id = 1
    timescale = 90_000
    """Units of its times in a second."""
    handler = b"vide"
    volume = 0
    media_header = full_box(b"vmhd", 0, 1, bytes(8))


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """Sound of one channel."""

    codec: str
    """Name of the codec (RFC 6381)."""
    timescale: int
    """Units of its times in a second."""
    sample_entry: bytes
    """Box that describes the frames."""
    measure: Callable[[bytes], int]
    """Return the length of a frame, in units of its times."""

    id = 2
    size = (0, 0)
    handler = b"soun"
    volume = 0x0100
    media_header = full_box(b"smhd", 0, 0, bytes(4))


Track = VideoTrack | AudioTrack
"""Track of either kind."""


class Mp4Format(NamedTuple):
    """Tracks of a stream or file. Another format needs another initialization segment."""

    video: VideoTrack
    sound: AudioTrack | None

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks."""
        return (self.video, self.sound) if self.sound else (self.video,)


def make_h264_track(key_frame: bytes, size: tuple[int, int]) -> VideoTrack | None:
    """Return the track of H.264 that begins with a key frame; None without parameter sets."""
    sets = {h264.unit_type(unit[0]): unit for unit in h264.split_units(key_frame)}
    sps, pps = sets.get(_H264_SPS, b""), sets.get(_H264_PPS, b"")
    if len(sps) < 4 or not pps:
        return None
    parts = (b"\xe1", len(sps).to_bytes(2), sps, b"\x01", len(pps).to_bytes(2), pps)
    configuration = box(b"avcC", b"\x01", sps[1:4], b"\xff", *parts)
    return VideoTrack(f"avc1.{sps[1:4].hex()}", size, _format_picture_entry(b"avc1", size, configuration), _h264_sample)


def make_h265_track(key_frame: bytes, size: tuple[int, int]) -> VideoTrack | None:
    """Return the track of H.265 that begins with a key frame; None without parameter sets."""
    sets = {h265.unit_type(unit[0]): unit for unit in h265.split_units(key_frame)}
    if not sets.keys() >= {*_H265_SETS} or not (profile := h265.read_profile(sets[_SPS])):
        return None
    nested = sets[_SPS][2] & 1
    arrays = (bytes((0x80 | kind, 0, 1)) + len(sets[kind]).to_bytes(2) + sets[kind] for kind in _H265_SETS)
    # no minimal segmentation or parallelism, 4:2:0, 8 bits, unknown rate, lengths of 4 bytes
    fields = bytes((0xF0, 0, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 1 << 3 | nested << 2 | 3, len(_H265_SETS)))
    configuration = box(b"hvcC", b"\x01", profile, fields, *arrays)
    return VideoTrack(_name_h265(profile), size, _format_picture_entry(b"hvc1", size, configuration), _h265_sample)


def make_aac_track() -> AudioTrack:
    """Return the track of AAC-LC."""
    specific = _descriptor(5, aac.CONFIG)
    decoder = struct.pack(">BB11x", _MPEG4_AUDIO, _AUDIO_STREAM) + specific
    stream = b"\0\0\0" + _descriptor(4, decoder) + _descriptor(6, b"\x02")
    entry = _format_audio_entry(b"mp4a", aac.RATE_HZ, full_box(b"esds", 0, 0, _descriptor(3, stream)))
    return AudioTrack("mp4a.40.2", aac.RATE_HZ, entry, aac.duration)


def make_opus_track() -> AudioTrack:
    """Return the track of Opus."""
    specific = box(b"dOps", struct.pack(">BBHIhB", 0, 1, _PRE_SKIP, opus.CLOCK_HZ, 0, 0))
    return AudioTrack("opus", opus.CLOCK_HZ, _format_audio_entry(b"Opus", opus.CLOCK_HZ, specific), opus.duration)


def _h264_sample(annex_b: bytes) -> bytes:
    units = h264.split_units(annex_b)
    return _join_units(unit for unit in units if h264.unit_type(unit[0]) not in (_H264_SPS, _H264_PPS))


def _h265_sample(annex_b: bytes) -> bytes:
    return _join_units(unit for unit in h265.split_units(annex_b) if h265.unit_type(unit[0]) not in _H265_SETS)


def _join_units(units: Iterable[bytes]) -> bytes:
    return b"".join(piece for unit in units for piece in (struct.pack(">I", len(unit)), unit))


def _name_h265(profile: bytes) -> str:
    """Return the name of H.265 with a profile, tier and level (ISO/IEC 14496-15, E.3)."""
    space, tier = ("", "A", "B", "C")[profile[0] >> 6], "LH"[profile[0] >> 5 & 1]
    compatible = f"{int.from_bytes(profile[1:5]):032b}"[::-1]
    constraints = "".join(f".{byte:X}" for byte in profile[5:11].rstrip(b"\0"))
    return f"hvc1.{space}{profile[0] & 31}.{int(compatible, 2):X}.{tier}{profile[11]}{constraints}"


def _format_picture_entry(kind: bytes, size: tuple[int, int], configuration: bytes) -> bytes:
    fields = struct.pack(">6xH16xHHII4xH32xHh", 1, *size, 72 << 16, 72 << 16, 1, 24, -1)
    return box(kind, fields, configuration)


def _format_audio_entry(kind: bytes, rate_hz: int, specific: bytes) -> bytes:
    return box(kind, struct.pack(">6xH8xHH4xI", 1, 1, 16, rate_hz << 16), specific)


def _descriptor(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content
