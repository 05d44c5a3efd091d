"""Conversion of decoded media to the camera's formats: full-range YUV 4:2:0 pictures, 8 kHz mono sound."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from ipcamd.media.frame import AUDIO_RATE_HZ
from ipcamd.media.image.scale import fit_inside
from ipcamd.media.planes import FULL, framed, planes
from ipcamd.media.source.drawing import round_to_even

CHUNK_SAMPLES = AUDIO_RATE_HZ // 25
"""Most samples in one chunk of sound: 40 ms."""

_MATRICES = {1: 1, 4: 4, 7: 7, 9: 9, 10: 9}
"""FFmpeg's colour spaces other than BT.601, and swscale's number of each."""


def fit_size(have: tuple[int, int], want: tuple[int, int]) -> tuple[int, int]:
    """Return the even size at which a picture of size `have` fits into `want`; its own size if it is smaller."""
    if have[0] <= want[0] and have[1] <= want[1]:
        return round_to_even(have[0]), round_to_even(have[1])
    return fit_inside(have, want)


class VideoConverter:
    """Converts decoded pictures to the camera's format: upright, square pixels, even size, full range, BT.601.

    For one thread.
    """

    def __init__(self, pixel_aspect: Fraction | None = None) -> None:
        """`pixel_aspect` is the width of a pixel divided by its height."""
        is_square = (
            pixel_aspect is None or not Fraction(1, 10) < pixel_aspect < 10 or abs(pixel_aspect - 1) < Fraction(1, 50)
        )
        self._pixel_aspect = 1.0 if is_square else float(pixel_aspect or 1)
        self._reformat = VideoReformatter().reformat

    @property
    def has_square_pixels(self) -> bool:
        """Whether the pixels of the source are square."""
        return self._pixel_aspect == 1.0

    def convert(self, picture: av.VideoFrame, want: tuple[int, int], is_shared: bool = True) -> av.VideoFrame:
        """Return the picture, no larger than needed to cover `want`. Its pixels are the caller's alone, unless
        `is_shared` is False: then it may be the same picture, whose pixels have no other user."""
        turns = -round(picture.rotation / 90) % 4
        if turns % 2:
            want = want[1], want[0]
        width, height = fit_size((round(picture.width * self._pixel_aspect), picture.height), want)
        matrix = _MATRICES.get(picture.colorspace)
        converted = self._reformat(
            picture,
            width,
            height,
            FULL,
            src_colorspace=matrix,
            dst_colorspace=Colorspace.ITU601 if matrix else None,
            src_color_range=_color_range(picture),
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.AREA if width < picture.width else Interpolation.BILINEAR,
            threads=1,
        )
        if turns:
            return _rotate(converted, turns)
        return copy_frame(converted) if is_shared and converted is picture else converted


def _color_range(picture: av.VideoFrame) -> int:
    """Return FFmpeg's number for the range of the samples: 1 limited, 2 full."""
    if picture.color_range:
        return picture.color_range
    is_full = picture.format.name.startswith("yuvj") or picture.format.is_rgb
    return ColorRange.JPEG if is_full else ColorRange.MPEG


def _rotate(picture: av.VideoFrame, turns: int) -> av.VideoFrame:
    """Return the picture rotated clockwise by `turns` right angles."""
    return framed([np.rot90(plane, -turns) for plane in planes(picture)])


def copy_frame(picture: av.VideoFrame) -> av.VideoFrame:
    """Return a copy with its own pixels."""
    return framed(planes(picture))


class AudioConverter:
    """Converts decoded sound to 16-bit mono samples, `AUDIO_RATE_HZ` per second.

    For one thread, and for one run of sound without a gap.
    """

    def __init__(self) -> None:
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=AUDIO_RATE_HZ)

    def convert(self, sound: av.AudioFrame | None) -> list[NDArray[np.int16]]:
        """Return the samples that are complete with this frame, or with the end (None), in chunks of at most 40 ms."""
        parts = [part.to_ndarray().astype(np.int16, copy=False).ravel() for part in self._resampler.resample(sound)]
        return [
            samples[start:end]
            for samples in parts
            for start, end in pairwise([*range(0, samples.size, CHUNK_SAMPLES), samples.size])
        ]
