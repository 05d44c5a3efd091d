"""Picture adjustment: mirror, flip, brightness, contrast, sharpness, saturation and overlay (SDK 10.5).

All operations use YUV planes. Measured for 1280x720: ``bytes.translate`` takes 0.4 ms for luma, ``numpy.take`` 0.9 ms;
reversing a row eight bytes at a time takes a third of the time of single bytes.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

import av
import numpy as np

from ipcamd.media.image.image_settings import NEUTRAL, ImageSettings
from ipcamd.media.image.overlay import Overlay
from ipcamd.media.image.sharpness import Sharpness
from ipcamd.media.planes import FULL, Plane, planes


class PictureAdjustment:
    """Applies image settings, which may change from picture to picture. For one thread at a time."""

    def __init__(self, local: Callable[[int], datetime]) -> None:
        """`local` returns the local time of a capture time, in nanoseconds since the epoch."""
        self._overlay = Overlay(local)
        self._sharpness = Sharpness()

    def apply(
        self,
        frame: av.VideoFrame,
        captured_ns: int,
        settings: ImageSettings,
        before_overlay: Callable[[av.VideoFrame], None] | None = None,
    ) -> av.VideoFrame:
        """Return the full-range `frame` with `settings` applied. Without adjustments the overlay is drawn into `frame`
        itself, so the caller must not use it afterwards. `before_overlay` is called with the picture before the
        overlay."""
        made = self._adjust(frame, settings) if settings.adjusts else frame
        if before_overlay:
            before_overlay(made)
        if settings.texts and (tiles := self._overlay.tiles(settings, captured_ns, (frame.width, frame.height))):
            target = planes(made)
            for tile in tiles:
                tile.draw(target)
        return made

    def _adjust(self, frame: av.VideoFrame, settings: ImageSettings) -> av.VideoFrame:
        """Return a new frame with the adjustments, without the overlay."""
        made = av.VideoFrame(frame.width, frame.height, FULL)
        luma, *chroma = (mirror_plane(plane, settings.mirror, settings.flip) for plane in planes(frame))
        target, *targets = planes(made)
        self._sharpness.apply(
            apply_table(luma, make_table(settings.brightness, settings.contrast)), settings.sharpness, target
        )
        for plane, into in zip(chroma, targets, strict=True):
            into[:] = apply_table(plane, make_table(NEUTRAL, settings.saturation))
        return made


def mirror_plane(plane: Plane, mirror: bool, flip: bool) -> Plane:
    """Return the plane, or a view of it, with left and right (`mirror`) and top and bottom (`flip`) swapped."""
    if flip:
        plane = plane[::-1]
    if not mirror:
        return plane
    if plane.shape[1] % 8:
        return plane[:, ::-1]
    return np.ascontiguousarray(plane.view(np.uint64)[:, ::-1]).byteswap(inplace=True).view(np.uint8)


def apply_table(plane: Plane, table: bytes | None) -> Plane:
    """Return the plane with each value replaced by its table entry; the plane itself without a table."""
    if table is None:
        return plane
    return np.frombuffer(plane.tobytes().translate(table), np.uint8).reshape(plane.shape)


@lru_cache(32)
def make_table(brightness: int, contrast: int) -> bytes | None:
    """Return the table of new values; None if none changes. Contrast scales the difference to middle grey, up to nearly
    double at 255; brightness adds up to half the range. In chroma, contrast is saturation: 0 gives grey."""
    if brightness == contrast == NEUTRAL:
        return None
    values = (np.arange(256) - 128) * (contrast / NEUTRAL) + 128 + (brightness - NEUTRAL)
    return bytes(np.clip(np.rint(values), 0, 255).astype(np.uint8))
