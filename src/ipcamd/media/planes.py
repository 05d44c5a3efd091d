"""Planes of a picture as arrays, without copies. Imported by media threads only: it imports numpy and PyAV."""

from collections.abc import Sequence

import av
import numpy as np

Plane = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""Rows by columns of one plane of YUV 4:2:0, values 0 to 255."""

FULL = "yuvj420p"
"""Full range: luma 0 to 255, as in JPEG."""
LIMITED = "yuv420p"
"""Limited range: luma 16 to 235, chroma 16 to 240, as in video codecs."""
GREY = 128
"""Chroma of grey."""


def planes(frame: av.VideoFrame) -> list[Plane]:
    """Return views of Y, U and V, which share the memory of the frame and are writable."""
    sizes = ((frame.width, frame.height), *[((frame.width + 1) // 2, (frame.height + 1) // 2)] * 2)
    return [
        np.frombuffer(memoryview(plane), np.uint8)[: plane.line_size * height].reshape(height, plane.line_size)[
            :, :width
        ]
        for plane, (width, height) in zip(frame.planes, sizes, strict=True)
    ]


def framed(parts: Sequence[Plane], pixel_format: str = FULL) -> av.VideoFrame:
    """Return a new frame with copies of these planes."""
    height, width = parts[0].shape
    frame = av.VideoFrame(width, height, pixel_format)
    for target, part in zip(planes(frame), parts, strict=True):
        target[:] = part
    return frame


def plain(size: tuple[int, int], luma: int, pixel_format: str = FULL) -> av.VideoFrame:
    """Return a new frame of one grey level."""
    frame = av.VideoFrame(*size, pixel_format)
    for target, value in zip(planes(frame), (luma, GREY, GREY), strict=True):
        target[:] = value
    return frame
