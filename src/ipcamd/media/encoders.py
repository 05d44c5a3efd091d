"""Video encoders: JPEG, and all that FFmpeg provides. Imported by media threads only."""

from fractions import Fraction
from typing import Protocol

import av
import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from ipcamd.dataclass import dataclass
from ipcamd.media.planes import FULL, LIMITED, planes
from ipcamd.media.quality import JPEG_QUALITY


class EncoderSettings(Protocol):
    """Stream settings that an encoder needs (`ipcamd.media.stream.stream_settings`)."""

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
    def expected_bitrate(self) -> int:
        """Bit rate for an encoder without constant quality, in bit/s."""

    @property
    def gop(self) -> int:
        """Pictures per GOP."""


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One encoded picture."""

    number: int
    """Number of the picture in the order of `Encoder.encode`, from 0."""
    payload: bytes
    key: bool
    """A decoder can start here."""


class Encoder(Protocol):
    """Encodes one stream's pictures."""

    pixel_format: str
    """Its input pixel format, `FULL` or `LIMITED`."""

    def encode(self, frame: av.VideoFrame, key: bool) -> list[EncodedPicture]:
        """Encode the next picture; `key` requests a key frame. Return the pictures that are complete: this one, but an
        encoder in hardware may return it later. Raises ``av.FFmpegError`` if the encoder fails."""

    def drain(self) -> list[EncodedPicture]:
        """Return the pictures that are still in the encoder, which takes no more. Raises ``av.FFmpegError`` if it
        fails."""


class JpegEncoder:
    """JPEG, 4:2:0."""

    pixel_format = FULL

    def __init__(self, settings: EncoderSettings) -> None:
        self._quality = JPEG_QUALITY[settings.quality]
        self._number = 0

    def encode(self, frame: av.VideoFrame, key: bool) -> list[EncodedPicture]:
        """See `Encoder`."""
        data = simplejpeg.encode_jpeg_yuv_planes(*map(np.ascontiguousarray, planes(frame)), quality=self._quality)
        self._number += 1
        return [EncodedPicture(self._number - 1, data, True)]

    def drain(self) -> list[EncodedPicture]:
        """See `Encoder`."""
        return []


class FfmpegEncoder:
    """A codec with an FFmpeg encoder."""

    pixel_format = LIMITED

    def __init__(
        self,
        name: str,
        options: dict[str, str],
        settings: EncoderSettings,
        rate: int,
        gop: int,
        pixel_format: str = LIMITED,
    ) -> None:
        """`name` is the encoder's in FFmpeg; `rate` is the actual frame rate, over which a constant bit rate is
        distributed. `options` are the encoder's own; at the latest every `gop` pictures it makes a key frame.
        `pixel_format` is FFmpeg's name of its input."""
        context = CodecContext.create(name, "w")
        assert isinstance(context, VideoCodecContext)
        context.options, context.gop_size, context.pix_fmt = options, gop, pixel_format
        context.width, context.height = settings.size
        context.framerate, context.time_base = Fraction(rate), Fraction(1, rate)
        context.max_b_frames = 0
        # slices for two threads where one is too slow
        context.thread_count = 1 if settings.size[0] * settings.size[1] <= 1280 * 960 else 2
        self._context = context
        self._reformatter = VideoReformatter()
        self._number = 0

    def encode(self, frame: av.VideoFrame, key: bool) -> list[EncodedPicture]:
        """See `Encoder`."""
        if self._context.pix_fmt != LIMITED:
            frame = self._reformatter.reformat(frame, format=self._context.pix_fmt)
        frame.pts, frame.time_base = self._number, self._context.time_base
        # frames of raw sources have type I, which would make every frame a key frame
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._number += 1
        return self._encode(frame)

    def drain(self) -> list[EncodedPicture]:
        """See `Encoder`."""
        return self._encode(None)

    def _encode(self, frame: av.VideoFrame | None) -> list[EncodedPicture]:
        packets = self._context.encode(frame)
        return [EncodedPicture(each.pts or 0, bytes(each), each.is_keyframe) for each in packets]
