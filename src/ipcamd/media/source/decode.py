"""Converters from FFmpeg's decoded frames to the camera's pictures and sound."""

from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from typing import cast

import av
import numpy as np
from av.codec.context import Flags
from av.error import FFmpegError
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from ipcamd.errors import SourceError
from ipcamd.media.image.scale import inside
from ipcamd.media.planes import FULL, framed, planes
from ipcamd.media.source.drawing import even
from ipcamd.wire.jpeg_scanner import JpegScanner

SOUND_RATE = 8000
"""Samples per second."""

STRETCH = SOUND_RATE // 25
"""At most so many samples in one piece: 40 ms."""

_MATRICES = {1: 1, 4: 4, 7: 7, 9: 9, 10: 9}
"""FFmpeg's colour spaces that are not BT.601, and swscale's number for each."""

_LARGE = 1280 * 720
_THREADS = 4

_PIXELS = 1 << 26
"""The largest picture that is decoded as it is. Some bytes can claim to be a picture that fills all memory."""

_SCALED_PIXELS = (1 << 28) - (1 << 22)
"""The largest JPEG that is decoded at a half, a quarter or an eighth of its size; FFmpeg takes none that is larger."""


def enough(have: tuple[int, int], want: tuple[int, int]) -> tuple[int, int]:
    """Return the even size in which a picture of size `have` fits into `want`, or its own if it fits as it is."""
    if have[0] <= want[0] and have[1] <= want[1]:
        return even(have[0]), even(have[1])
    return inside(have, want)


class VideoConverter:
    """Turns decoded pictures into the camera's own: upright, square pixels, even size, full range, BT.601.

    For one thread. `shape` is the width of a pixel divided by its height.
    """

    def __init__(self, shape: Fraction | None = None) -> None:
        near = shape is None or not Fraction(1, 10) < shape < 10 or abs(shape - 1) < Fraction(1, 50)
        self._shape = 1.0 if near else float(shape or 1)
        self._reformat = VideoReformatter().reformat

    def see(self, picture: av.VideoFrame, want: tuple[int, int]) -> av.VideoFrame:
        """Return the picture, at most as large as it takes to cover `want`; nobody else holds its pixels."""
        turns = -round(picture.rotation / 90) % 4
        if turns % 2:
            want = want[1], want[0]
        width, height = enough((round(picture.width * self._shape), picture.height), want)
        matrix = _MATRICES.get(picture.colorspace)
        seen = self._reformat(
            picture,
            width,
            height,
            FULL,
            src_colorspace=matrix,
            dst_colorspace=Colorspace.ITU601 if matrix else None,
            src_color_range=_range(picture),
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.AREA if width < picture.width else Interpolation.BILINEAR,
            threads=1,
        )
        if turns:
            return _turned(seen, turns)
        return copy(seen) if seen is picture else seen


def _range(picture: av.VideoFrame) -> int:
    """Return FFmpeg's number for the range of the samples: 1 limited, 2 full."""
    if picture.color_range:
        return picture.color_range
    full = picture.format.name.startswith("yuvj") or picture.format.is_rgb
    return ColorRange.JPEG if full else ColorRange.MPEG


def _turned(picture: av.VideoFrame, turns: int) -> av.VideoFrame:
    """Return the picture turned clockwise by so many right angles."""
    return framed([np.rot90(plane, -turns) for plane in planes(picture)])


def copy(picture: av.VideoFrame) -> av.VideoFrame:
    """Return a picture of its own pixels."""
    return framed(planes(picture))


class AudioConverter:
    """Turns decoded sound into the camera's own. For one thread, and for one run of sound without a gap."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SOUND_RATE)

    def hear(self, sound: av.AudioFrame | None) -> list[NDArray[np.int16]]:
        """Return what this sound, or the end (None), makes complete, in pieces of at most 40 ms."""
        whole = [part.to_ndarray().astype(np.int16, copy=False).ravel() for part in self._resampler.resample(sound)]
        return [
            samples[start:end]
            for samples in whole
            for start, end in pairwise([*range(0, samples.size, STRETCH), samples.size])
        ]


def _options(codec: str, size: tuple[int, int]) -> dict[str, str]:
    """Return a decoder's options for pictures of that size. Raises `SourceError` for larger ones than it takes."""
    pixels = size[0] * size[1]
    if pixels <= _PIXELS:
        return {"max_pixels": str(_PIXELS)}
    if codec == "mjpeg" and pixels <= _SCALED_PIXELS:
        halvings = next(n for n in (1, 2, 3) if pixels >> 2 * n <= _PIXELS)
        return {"max_pixels": str(_SCALED_PIXELS), "lowres": str(halvings)}
    most = (_SCALED_PIXELS if codec == "mjpeg" else _PIXELS) // 1_000_000
    raise SourceError(
        f"has a picture of {size[0]}x{size[1]} pixels; at most {most} million can be shown: scale it down"
    )


def prepare(stream: av.VideoStream, live: bool) -> None:
    """Choose how many threads decode: one does for small pictures; a live one must not wait for later pictures.

    Raises `SourceError` if the pictures are too large.
    """
    context = stream.codec_context
    context.thread_count = 1 if context.width * context.height <= _LARGE else _THREADS
    context.thread_type = "SLICE" if live else "AUTO"
    context.options = _options(context.name, (context.width, context.height))
    if live:
        context.flags |= Flags.low_delay


class PictureDecoder:
    """Decodes pictures that come without a container: one call, one picture's bytes. For one thread."""

    def __init__(self, codec: str) -> None:
        """`codec` is FFmpeg's name: ``mjpeg``, ``mpeg4``, ``h264``."""
        self._codec = codec
        self._context = _decoder(codec, (0, 0))

    def decode(self, data: bytes) -> list[av.VideoFrame]:
        """Return the pictures that this completes; none if it is damaged. Raises `SourceError` for too large ones."""
        try:
            return self._context.decode(av.Packet(data))
        except FFmpegError:
            return self._decode_large(data) if self._codec == "mjpeg" else []

    def _decode_large(self, data: bytes) -> list[av.VideoFrame]:
        """Decode a JPEG that was too large, at a part of its size; one that is damaged gives none."""
        scanner = JpegScanner()
        scanner.find_end(data)
        if scanner.size[0] * scanner.size[1] <= _PIXELS:
            return []
        # all coefficients of a progressive picture are in memory at once, whatever size it is decoded to
        context = _decoder("progressive JPEG" if scanner.is_progressive else "mjpeg", scanner.size)
        try:
            return context.decode(av.Packet(data))
        except FFmpegError:
            return []


def _decoder(codec: str, size: tuple[int, int]) -> av.VideoCodecContext:
    options = _options(codec, size)
    context = cast(av.VideoCodecContext, av.CodecContext.create(codec, "r"))
    context.thread_count = 1
    context.options = options
    context.flags |= Flags.low_delay
    return context


def decode_file(data: bytes) -> list[av.VideoFrame]:
    """Return the first picture of a file's bytes; none if it is damaged. Raises `SourceError` for a too large one."""
    try:
        with av.open(BytesIO(data), "r") as medium:
            stream = medium.streams.video[0]
            prepare(stream, live=True)
            return [next(medium.decode(stream))]
    except (FFmpegError, IndexError, StopIteration):
        return []
