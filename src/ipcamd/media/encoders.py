"""Video encoders: JPEG, and all that FFmpeg provides. Imported by media threads only."""

from fractions import Fraction
from typing import Protocol

import av
import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from ipcamd.media.planes import FULL, LIMITED, planes

JPEG_QUALITY = (30, 45, 60, 75, 88)
"""libjpeg quality, 1 to 100, of Quality 0 to 4."""


class EncoderSettings(Protocol):
    """Stream settings that an encoder needs (`ipcamd.media.stream_settings`)."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    @property
    def rate(self) -> int:
        """Highest frame rate, per second."""

    @property
    def quality(self) -> int:
        """0 lowest to 4 highest."""

    @property
    def bitrate(self) -> int | None:
        """Constant bit rate in bit/s; None for constant quality."""

    @property
    def gop(self) -> int:
        """Pictures per GOP."""


class Encoder(Protocol):
    """Encodes one stream's pictures."""

    pixel_format: str
    """Its input pixel format, `FULL` or `LIMITED`."""

    def encode(self, frame: av.VideoFrame, key: bool) -> tuple[bytes, bool]:
        """Return the encoded frame, and whether it is a key frame; `key` requests one."""


class JpegEncoder:
    """JPEG, 4:2:0."""

    pixel_format = FULL

    def __init__(self, settings: EncoderSettings) -> None:
        self._quality = JPEG_QUALITY[settings.quality]

    def encode(self, frame: av.VideoFrame, key: bool) -> tuple[bytes, bool]:
        """See `Encoder`."""
        return simplejpeg.encode_jpeg_yuv_planes(*map(np.ascontiguousarray, planes(frame)), quality=self._quality), True


class FfmpegEncoder:
    """A codec with an FFmpeg encoder."""

    pixel_format = LIMITED

    def __init__(self, name: str, options: dict[str, str], settings: EncoderSettings, rate: int) -> None:
        """`name` is the encoder's in FFmpeg; `rate` is the actual frame rate, over which a constant bit rate is
        distributed. `options` are the encoder's own."""
        self._context = _context(name, settings, rate)
        self._context.options = options
        self._number = 0

    def encode(self, frame: av.VideoFrame, key: bool) -> tuple[bytes, bool]:
        """See `Encoder`."""
        frame.pts, frame.time_base = self._number, self._context.time_base
        # frames of raw sources have type I, which would make every frame a key frame
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._number += 1
        packets = self._context.encode(frame)
        return b"".join(map(bytes, packets)), any(packet.is_keyframe for packet in packets)


def _context(name: str, settings: EncoderSettings, rate: int) -> VideoCodecContext:
    context = CodecContext.create(name, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height = settings.size
    context.pix_fmt = LIMITED
    context.framerate, context.time_base = Fraction(rate), Fraction(1, rate)
    context.gop_size = 10 * settings.gop  # the session selects the key frames
    context.max_b_frames = 0
    # slices for two threads where one is too slow
    context.thread_count = 1 if settings.size[0] * settings.size[1] <= 1280 * 960 else 2
    return context
