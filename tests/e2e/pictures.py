"""Contents of a picture: decoding with PyAV, which shares no code with the callers of the camera's encoders."""

import io

import av
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]


def decode_jpeg(data: bytes) -> Rgb:
    """Return height x width x 3."""
    with av.open(io.BytesIO(data), format="image2pipe", options={"c:v": "mjpeg"}) as box:
        return next(box.decode(video=0)).to_ndarray(format="rgb24")


def brightness(picture: Rgb) -> float:
    return float(picture.mean())


def difference(one: Rgb, other: Rgb) -> float:
    """Return the mean absolute difference of two pictures of one size, 0 to 255."""
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())
