"""From Pillow images to the planes of a picture."""

from functools import lru_cache
from typing import TypeAlias

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

Plane: TypeAlias = NDArray[np.uint8]
"""Rows of samples, 0 to 255."""

Planes: TypeAlias = tuple[Plane, Plane, Plane]
"""Y, and at half the size Cb and Cr: full range, BT.601, as in JPEG."""

FORMAT = "yuvj420p"
FULL_RANGE = 2
BT601 = 5


@lru_cache(32)
def font(size: float) -> ImageFont.FreeTypeFont:
    """Return Pillow's own scalable font, so that no font of the system is needed; it has printable ASCII only."""
    found = ImageFont.load_default(max(6.0, size))
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found


def even(length: float) -> int:
    """Return the nearest even number that is at least 2."""
    return max(2, round(length / 2) * 2)


def planes(image: Image.Image) -> Planes:
    """Return the planes of an image of even width and height."""
    luma, blue, red = image.convert("YCbCr").split()
    return np.asarray(luma), np.asarray(blue.reduce(2)), np.asarray(red.reduce(2))


def view(frame: av.VideoFrame) -> Planes:
    """Return the planes of a frame of 4:2:0, to read and write in place."""
    y, u, v = (
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]  # type: ignore[call-overload]
        for plane in frame.planes
    )
    return y, u, v


def frame(content: Planes) -> av.VideoFrame:
    """Return a new frame with a copy of the planes."""
    height, width = content[0].shape
    made = av.VideoFrame(width, height, FORMAT)
    made.color_range, made.colorspace = FULL_RANGE, BT601
    for place, plane in zip(view(made), content, strict=True):
        place[:] = plane
    return made
