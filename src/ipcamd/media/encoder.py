"""Pictures to JPEG, MPEG-4 and H.264. Imported by media threads only."""

from fractions import Fraction
from typing import Protocol

import av
import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from ipcamd.media.frame import Codec
from ipcamd.media.planes import FULL, LIMITED, planes
from ipcamd.media.shape import SLOW, Shape

JPEG_QUALITY = (30, 45, 60, 75, 88)
"""Quality 0 to 4 as the JPEG quality of libjpeg, 1 to 100."""
H264_FACTOR = (35, 31, 28, 25, 22)
"""Quality 0 to 4 as x264's rate factor at a steady quality; 6 less doubles the bits."""
MPEG4_SCALE = (16, 11, 8, 5, 3)
"""Quality 0 to 4 as MPEG-4's quantizer scale at a steady quality, 1 finest to 31."""
H264_PEAK = 0.3
"""Most bits a pixel of H.264 at a steady quality, over a second: 8.3 Mbit/s for 1280x720 at 30 pictures a second."""


class Encoder(Protocol):
    """Encodes one stream's pictures."""

    form: str
    """The pixel format that it takes, `FULL` or `LIMITED`."""

    def encode(self, frame: av.VideoFrame, key: bool) -> tuple[bytes, bool]:
        """Return the frame encoded, and whether a decoder can start there; `key` asks that it can."""


class Jpeg:
    """JPEG, 4:2:0."""

    form = FULL

    def __init__(self, shape: Shape) -> None:
        self._quality = JPEG_QUALITY[shape.quality]

    def encode(self, frame: av.VideoFrame, key: bool) -> tuple[bytes, bool]:
        """See `Encoder`."""
        return simplejpeg.encode_jpeg_yuv_planes(*map(np.ascontiguousarray, planes(frame)), quality=self._quality), True


class Video:
    """H.264 or MPEG-4 by FFmpeg: no delay, no B frames, parameter sets in front of every key frame."""

    form = LIMITED

    def __init__(self, shape: Shape, rate: int) -> None:
        """`rate` is how many pictures a second really come: a steady bit rate is shared out among so many."""
        self._context = (_h264 if shape.codec is Codec.H264 else _mpeg4)(shape, rate)
        self._number = 0

    def encode(self, frame: av.VideoFrame, key: bool) -> tuple[bytes, bool]:
        """See `Encoder`."""
        frame.pts, frame.time_base = self._number, self._context.time_base
        # frames from raw sources say I: left so, every one would become a key frame
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._number += 1
        packets = self._context.encode(frame)
        return b"".join(map(bytes, packets)), any(packet.is_keyframe for packet in packets)


def _h264(shape: Shape, rate: int) -> VideoCodecContext:
    context = _context("libx264", shape, rate)
    context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU601
    context.color_primaries, context.color_trc = ColorPrimaries.SMPTE170M, ColorTrc.SMPTE170M
    options = {"preset": "superfast", "tune": "zerolatency", "profile": "main", "forced-idr": "1", "sc_threshold": "0"}
    if shape.bitrate is None:
        peak = int(shape.size[0] * shape.size[1] * max(shape.rate, SLOW) * H264_PEAK)
        options["crf"] = str(H264_FACTOR[shape.quality])
    else:
        peak = context.bit_rate = shape.bitrate
    context.options = options | {"maxrate": str(peak), "bufsize": str(peak)}
    return context


def _mpeg4(shape: Shape, rate: int) -> VideoCodecContext:
    context = _context("mpeg4", shape, rate)
    options = {"sc_threshold": "1000000000"}  # no key frame at a cut: at 0 each would be one
    if shape.bitrate is None:
        context.qmin = context.qmax = MPEG4_SCALE[shape.quality]
    else:
        context.bit_rate = shape.bitrate
        options |= {"maxrate": str(shape.bitrate), "bufsize": str(shape.bitrate)}
    context.options = options
    return context


def _context(name: str, shape: Shape, rate: int) -> VideoCodecContext:
    context = CodecContext.create(name, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height = shape.size
    context.pix_fmt = LIMITED
    context.framerate, context.time_base = Fraction(rate), Fraction(1, rate)
    context.gop_size = 10 * shape.group  # the session says where key frames are
    context.max_b_frames = 0
    # slices for two threads where one would not keep up
    context.thread_count = 1 if shape.size[0] * shape.size[1] <= 1280 * 960 else 2
    return context


def make(shape: Shape, rate: int) -> Encoder:
    """Return an encoder for the stream; its first frame is a key frame."""
    return Jpeg(shape) if shape.codec is Codec.JPEG else Video(shape, rate)
