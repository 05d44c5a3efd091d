"""Sharpness filter: moves each pixel away from, or towards, the mean of its four neighbours."""

import numpy as np
from numpy.typing import NDArray

from ipcamd.media.image.image_settings import NEUTRAL
from ipcamd.media.planes import Plane

_SHIFT = 6
"""The weight is in 64ths: 32 of them, times the largest value times eight, fit into 16 bits."""


class Sharpness:
    """Reuses its buffers, because new memory would take as long as the arithmetic."""

    def __init__(self) -> None:
        self._wide: NDArray[np.int16] = np.empty((0, 0), np.int16)
        self._change: NDArray[np.int16] = np.empty((0, 0), np.int16)

    def apply(self, plane: Plane, level: int, into: Plane) -> None:
        """Write `plane` into `into` with the sharpness `level`: 0 softest, 128 unchanged, 255 sharpest."""
        into[:] = plane
        if level == NEUTRAL or min(plane.shape) < 3:
            return
        self._hold(plane)
        wide, change = self._wide, self._change
        middle = wide[1:-1, 1:-1]
        np.left_shift(middle, 2, out=change)
        for neighbour in (wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:]):
            change -= neighbour
        change *= _weight(level)
        change >>= _SHIFT
        change += middle
        np.clip(change, 0, 255, out=change)
        into[1:-1, 1:-1] = change

    def _hold(self, plane: Plane) -> None:
        rows, columns = plane.shape
        if self._wide.shape != (rows, columns):
            self._wide = np.empty((rows, columns), np.int16)
            self._change = np.empty((rows - 2, columns - 2), np.int16)
        self._wide[:] = plane


def _weight(level: int) -> int:
    """Return the weight of the difference to the mean: from -14/16, almost the mean, to 2."""
    return round((level - NEUTRAL) * (32 / 127 if level > NEUTRAL else 14 / 128))
