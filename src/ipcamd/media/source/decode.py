"""From what FFmpeg decodes to the camera's own kind of picture and sound."""

from fractions import Fraction
from itertools import pairwise
from typing import cast

import av
import numpy as np
from av.codec.context import Flags
from av.error import FFmpegError
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from ipcamd.media.planes import FULL, framed, planes
from ipcamd.media.scale import inside
from ipcamd.media.source.paint import even

SOUND_RATE = 8000
"""Samples per second."""

STRETCH = SOUND_RATE // 25
"""At most so many samples in one piece: 40 ms."""

_MATRICES = {1: 1, 4: 4, 7: 7, 9: 9, 10: 9}
"""FFmpeg's colour spaces that are not BT.601, and swscale's number for each."""

_LARGE = 1280 * 720
_THREADS = 4

_LIMITS = {"max_pixels": str(1 << 26)}
"""A decoder's options. Some bytes can claim to be a picture that fills all memory."""


def enough(have: tuple[int, int], want: tuple[int, int]) -> tuple[int, int]:
    """Return the even size in which a picture of size `have` fits into `want`, or its own if it fits as it is."""
    if have[0] <= want[0] and have[1] <= want[1]:
        return even(have[0]), even(have[1])
    return inside(have, want)


class Eye:
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


class Ear:
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


def prepare(stream: av.VideoStream, live: bool) -> None:
    """Choose how many threads decode: one does for small pictures; a live one must not wait for later pictures."""
    context = stream.codec_context
    context.thread_count = 1 if context.width * context.height <= _LARGE else _THREADS
    context.thread_type = "SLICE" if live else "AUTO"
    context.options = _LIMITS
    if live:
        context.flags |= Flags.low_delay


class Decoder:
    """Decodes pictures that come without a container: one call, one picture's bytes. For one thread."""

    def __init__(self, codec: str) -> None:
        """`codec` is FFmpeg's name: ``mjpeg``, ``mpeg4``, ``h264``."""
        self._context = cast(av.VideoCodecContext, av.CodecContext.create(codec, "r"))
        self._context.thread_count = 1
        self._context.options = _LIMITS
        self._context.flags |= Flags.low_delay

    def decode(self, data: bytes) -> list[av.VideoFrame]:
        """Return the pictures that this completes; none if it is damaged."""
        try:
            return self._context.decode(av.Packet(data))
        except FFmpegError:
            return []
