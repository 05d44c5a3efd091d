"""Muxer of live MP4: one fragment per frame, without delay. Times count from the first picture.

FFmpeg's muxer holds each frame until the next one of every track, so it is not used.
"""

from ipcamd.media.codecs import Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.wire.mp4.init_segment import content_type_of
from ipcamd.wire.mp4.live_writer import Mp4LiveWriter
from ipcamd.wire.mp4.tracks import Mp4Format

LEAP_NS = 10_000_000_000
"""A larger interval between pictures means that the camera's clock was set."""


def find_format(key_frame: EncodedFrame, sound: Codec | None) -> Mp4Format | None:
    """Return the format of a stream or file that begins with a key frame; None without parameter sets."""
    make_video, make_audio = key_frame.codec.mp4_video, sound.mp4_audio if sound else None
    video = make_video(key_frame.payload, key_frame.size) if make_video else None
    return Mp4Format(video, make_audio() if make_audio else None) if video else None


class Mp4Muxer:
    """Muxes the frames of one stream, starting at a key frame, while its format is constant."""

    def __init__(self, stream_format: Mp4Format, first: EncodedFrame) -> None:
        """`first` is the key frame."""
        self.format = stream_format
        self.content_type = content_type_of(stream_format.tracks)
        self._writer = Mp4LiveWriter(stream_format, first.rate, first.captured_ns)
        self.init_segment = self._writer.opening()
        """Initialization segment, which a viewer needs before the first fragment."""
        self._last_ns = first.captured_ns

    def follows(self, frame: EncodedFrame) -> bool:
        """Whether a picture continues the time line of the last one."""
        return 0 <= frame.captured_ns - self._last_ns < LEAP_NS

    def add_picture(self, frame: EncodedFrame) -> bytes:
        """Return a picture's fragment; a key frame has its time of capture before it."""
        self._last_ns = frame.captured_ns
        return b"".join(self._writer.picture(frame.payload, frame.key, frame.captured_ns))

    def add_audio(self, frame: EncodedFrame) -> bytes:
        """Return the fragment of a frame of sound; empty if it is older than the first picture."""
        return b"".join(self._writer.sound(frame.payload, frame.captured_ns))
