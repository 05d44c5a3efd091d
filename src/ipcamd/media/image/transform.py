"""Mirror, flip, brightness, contrast, sharpness, colour and overlay: what ``ImageSource.IO.Sensor`` does to a picture.

Everything stays in planes of YUV. Measured for 1280x720: ``bytes.translate`` takes 0.4 ms for the luma where
``numpy.take`` takes 0.9; a row reversed eight bytes at a time takes a third of one reversed byte by byte.
"""

from collections.abc import Callable
from functools import lru_cache

import av
import numpy as np
from numpy.typing import NDArray

from ipcamd.media.image.image_settings import NEUTRAL, ImageSettings
from ipcamd.media.image.overlay import Overlay
from ipcamd.media.image.sharpness import Sharpness
from ipcamd.media.planes import FULL, Plane, planes


class Transform:
    """Applies a `ImageSettings`, which may change from picture to picture. For one thread at a time."""

    def __init__(self, stamp: Callable[[int], str]) -> None:
        """`stamp` writes a capture time, in nanoseconds since the epoch, as the date and time to draw."""
        self._overlay = Overlay(stamp)
        self._sharpness = Sharpness()

    def apply(
        self,
        frame: av.VideoFrame,
        captured_ns: int,
        look: ImageSettings,
        seen: Callable[[av.VideoFrame], None] | None = None,
    ) -> av.VideoFrame:
        """Return the full-range `frame` as `look` wants it. Where nothing is to do that is the frame itself, and the
        overlay alone is drawn into it: the frame is the caller's to give. `seen` is shown it before the overlay."""
        made = self._developed(frame, look) if _changes(look) else frame
        if seen:
            seen(made)
        if tile := self._overlay.tile(look, captured_ns, frame.height):
            tile.draw(planes(made))
        return made

    def _developed(self, frame: av.VideoFrame, look: ImageSettings) -> av.VideoFrame:
        """Return a new frame with all but the overlay."""
        made = av.VideoFrame(frame.width, frame.height, FULL)
        luma, *chroma = (turned(plane, look.mirror, look.flip) for plane in planes(frame))
        target, *targets = planes(made)
        self._sharpness.apply(toned(luma, tones(look.brightness, look.contrast)), look.sharpness, target)
        for plane, into in zip(chroma, targets, strict=True):
            into[:] = toned(plane, colours(look.saturation))
        return made


def _changes(look: ImageSettings) -> bool:
    levels = (look.brightness, look.contrast, look.saturation, look.sharpness)
    return look.mirror or look.flip or any(level != NEUTRAL for level in levels)


def turned(plane: Plane, mirror: bool, flip: bool) -> Plane:
    """Return the plane with left and right (`mirror`), top and bottom (`flip`) swapped; perhaps a view of it."""
    if flip:
        plane = plane[::-1]
    if not mirror:
        return plane
    if plane.shape[1] % 8:
        return plane[:, ::-1]
    return np.ascontiguousarray(plane.view(np.uint64)[:, ::-1]).byteswap(inplace=True).view(np.uint8)


def toned(plane: Plane, table: bytes | None) -> Plane:
    """Return the plane with each value replaced by the table's; the plane itself for None."""
    if table is None:
        return plane
    return np.frombuffer(plane.tobytes().translate(table), np.uint8).reshape(plane.shape)


@lru_cache(16)
def tones(brightness: int, contrast: int) -> bytes | None:
    """Return the luma table: contrast turns about middle grey, 255 nearly doubles it; brightness adds up to half."""
    if brightness == contrast == NEUTRAL:
        return None
    values = (np.arange(256) - 128) * (contrast / NEUTRAL) + 128 + (brightness - NEUTRAL)
    return _table(values)


@lru_cache(16)
def colours(saturation: int) -> bytes | None:
    """Return the chroma table: 0 is grey, 255 nearly doubles the colours."""
    if saturation == NEUTRAL:
        return None
    return _table((np.arange(256) - 128) * (saturation / NEUTRAL) + 128)


def _table(values: NDArray[np.floating]) -> bytes:
    return bytes(np.clip(np.rint(values), 0, 255).astype(np.uint8))
