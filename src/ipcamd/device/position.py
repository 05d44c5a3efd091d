"""Positions of a pan-tilt head with zoom, and of a motor lens."""

from collections.abc import Iterator

from ipcamd.dataclass import dataclass

PAN_LIMIT = TILT_LIMIT = 100.0
"""Pan and tilt are -100 to 100, the limits of the head (SDK 10.32)."""
ZOOM_LIMIT = 4.0
"""Zoom is the magnification, 1 (wide) to 4 (tele)."""
FOCUS_LIMIT = 100.0
"""Focus is 0 (near) to 100 (far)."""


@dataclass(frozen=True, slots=True)
class PtzPosition:
    """Pan and tilt, -100 to 100 (right and up are positive), and zoom, 1 to 4.

    `pan` and `tilt` are units of which the head has 200, `zoom` is the magnification.
    """

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 1.0

    def __iter__(self) -> Iterator[float]:
        return iter((self.pan, self.tilt, self.zoom))

    def centered(self, x: float, y: float, zoom: float) -> "PtzPosition":
        """Return the position at `zoom` that centres a point of the present picture: per cent from the left and from
        the top. The picture is cropped digitally."""
        room, share = 1 - 1 / zoom, 1 / self.zoom
        across = (1 - share) * self.pan / 200 + (x - 50) / 100 * share
        up = (1 - share) * self.tilt / 200 - (y - 50) / 100 * share
        return PtzPosition(200 * across / room, 200 * up / room, zoom).limited()

    def limited(self) -> "PtzPosition":
        """Return the nearest position within the limits."""
        return PtzPosition(
            min(max(self.pan, -PAN_LIMIT), PAN_LIMIT),
            min(max(self.tilt, -TILT_LIMIT), TILT_LIMIT),
            min(max(self.zoom, 1.0), ZOOM_LIMIT),
        )


@dataclass(frozen=True, slots=True)
class LensPosition:
    """Zoom, 1 to 4, and focus, 0 to 100.

    `zoom` is the magnification; `focus` has 100 units.
    """

    zoom: float = 1.0
    focus: float = 0.0

    def __iter__(self) -> Iterator[float]:
        return iter((self.zoom, self.focus))
