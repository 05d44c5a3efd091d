"""Blur of an unfocused picture. Imported by media threads only.

The picture is scaled down and up again: for 1280x720 this takes 0.6 ms, three box filters take 9 ms.
"""

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from ipcamd.media.image.scale import resize
from ipcamd.media.planes import FULL, Plane, framed, planes

_LEAST = 2.0
"""Smallest spots that scaling produces, in pixels; smaller ones are mixed with the sharp picture."""


class Blurrer:
    """Blurs pictures. For one thread at a time."""

    def __init__(self) -> None:
        self._down, self._up = VideoReformatter(), VideoReformatter()
        self._wide: NDArray[np.uint16] = np.empty((0, 0), np.uint16)

    def blur(self, frame: av.VideoFrame, amount: float) -> av.VideoFrame:
        """Return a new full-range frame whose points are spots of `amount` thousandths of the height; `frame` itself
        below a tenth of a pixel."""
        if not amount or (spot := amount * frame.height / 1000) < 0.1:
            return frame
        sides = (max(2, round(side / max(_LEAST, spot) / 2) * 2) for side in (frame.width, frame.height))
        small = resize(frame, (next(sides), next(sides)), FULL, self._down)
        blurred = resize(small, (frame.width, frame.height), FULL, self._up)
        return blurred if spot >= _LEAST else self._mixed(frame, blurred, round(spot / _LEAST * 256))

    def _mixed(self, frame: av.VideoFrame, blurred: av.VideoFrame, weight: int) -> av.VideoFrame:
        """Return a mixture of `weight` 256ths of `blurred` and the rest of `frame`."""
        mixed = framed(planes(frame))
        for into, soft in zip(planes(mixed), planes(blurred), strict=True):
            into[:] = self._mix(into, soft, weight)
        return mixed

    def _mix(self, plane: Plane, soft: Plane, weight: int) -> NDArray[np.uint16]:
        if self._wide.shape != plane.shape:
            self._wide = np.empty(plane.shape, np.uint16)
        np.multiply(plane, np.uint16(256 - weight), out=self._wide, casting="unsafe")
        self._wide += soft * np.uint16(weight)
        self._wide >>= 8
        return self._wide
