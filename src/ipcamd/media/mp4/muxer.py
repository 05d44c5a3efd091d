"""Muxer of live MP4: one fragment per frame, without delay. Times count from the first picture.

FFmpeg's muxer holds each frame until the next one of every track, so it is not used.
"""

import struct
from typing import Self

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import AAC
from ipcamd.media.frame import EncodedFrame
from ipcamd.wire.mp4.fragment import format_fragment, format_reference_time
from ipcamd.wire.mp4.init_segment import content_type_of, format_init_segment
from ipcamd.wire.mp4.tracks import SoundTrack, Track, VideoTrack
from ipcamd.wire.packetize.h264 import split_units

_SECOND_NS = 1_000_000_000
LEAP_NS = 10 * _SECOND_NS
"""A larger interval between pictures means that the camera's clock was set."""
_SPS, _PPS = 7, 8


@dataclass(frozen=True, slots=True)
class Mp4Format:
    """Tracks of a stream. Another format needs another initialization segment."""

    video: VideoTrack
    sound: SoundTrack | None

    @classmethod
    def of(cls, key_frame: EncodedFrame, has_sound: bool) -> Self | None:
        """Return the format of a stream that starts with this key frame; None without parameter sets."""
        sets = {unit[0] & 31: unit for unit in split_units(key_frame.payload) if unit[0] & 31 in (_SPS, _PPS)}
        if sets.keys() != {_SPS, _PPS}:
            return None
        video = VideoTrack(sets[_SPS], sets[_PPS], key_frame.size)
        return cls(video, SoundTrack(AAC.rtp_format.clock) if has_sound else None)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks."""
        return (self.video, self.sound) if self.sound else (self.video,)


class Mp4Muxer:
    """Muxes the frames of one stream, starting at a key frame, while its format is constant."""

    def __init__(self, stream_format: Mp4Format, first: EncodedFrame) -> None:
        """`first` is the key frame."""
        self.format = stream_format
        self.opening = format_init_segment(stream_format.tracks)
        """Initialization segment, which a viewer needs before the first fragment."""
        self.content_type = content_type_of(stream_format.tracks)
        self._origin_ns = first.captured_ns
        self._last_ns = first.captured_ns
        self._time, self._duration = -1, stream_format.video.timescale // max(1, first.rate)
        self._sequence = 0

    def follows(self, frame: EncodedFrame) -> bool:
        """Whether a picture continues the time line of the last one."""
        return 0 <= frame.captured_ns - self._last_ns < LEAP_NS

    def add_picture(self, frame: EncodedFrame) -> bytes:
        """Return a picture's fragment; a key frame is preceded by its capture time. Its duration is unknown yet, so
        that of the last one is used."""
        track = self.format.video
        time = max(self._time + 1, (frame.captured_ns - self._origin_ns) * track.timescale // _SECOND_NS)
        if self._time >= 0:
            self._duration = min(time - self._time, 2 * track.timescale)
        self._time, self._last_ns = time, frame.captured_ns
        pieces = self._format(track, time, self._duration, _length_prefixed(frame.payload), frame.key)
        return b"".join((format_reference_time(track.id, frame.captured_ns, time) if frame.key else b"", *pieces))

    def add_sound(self, frame: EncodedFrame) -> bytes | None:
        """Return the fragment of an AAC frame; None if it is older than the first picture."""
        track = self.format.sound
        time = (frame.captured_ns - self._origin_ns) * frame.rate // _SECOND_NS
        if not track or time < 0:
            return None
        duration = frame.codec.rtp_format.ticks(frame.payload)
        return b"".join(self._format(track, time, duration, frame.payload, True))

    def _format(self, track: Track, time: int, duration: int, data: bytes, key: bool) -> tuple[bytes, ...]:
        self._sequence += 1
        return format_fragment(track.id, self._sequence, time, duration, data, key=key)


def _length_prefixed(annex_b: bytes) -> bytes:
    """Return an access unit in MP4 form: lengths instead of start codes, without parameter sets."""
    units = (unit for unit in split_units(annex_b) if unit[0] & 31 not in (_SPS, _PPS))
    return b"".join(piece for unit in units for piece in (struct.pack(">I", len(unit)), unit))
