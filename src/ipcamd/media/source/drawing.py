"""Drawing with Pillow: font, even sizes, conversion to YUV planes."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageFont

from ipcamd.media.planes import Plane


@lru_cache(32)
def load_font(size: float) -> ImageFont.FreeTypeFont:
    """Return Pillow's built-in scalable font, so that no system font is needed; it has printable ASCII only."""
    found = ImageFont.load_default(max(6.0, size))
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found


def round_to_even(length: float) -> int:
    """Return the nearest even number that is at least 2."""
    return max(2, round(length / 2) * 2)


def to_planes(image: Image.Image) -> list[Plane]:
    """Return the Y, U and V planes of an image of even width and height: full range, BT.601, as in JPEG."""
    luma, *colour = image.convert("YCbCr").split()
    return [np.array(luma), *(np.array(plane.reduce(2)) for plane in colour)]
