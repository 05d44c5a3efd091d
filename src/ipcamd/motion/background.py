"""What the camera sees while nothing moves, and how a picture differs from it. Imported by media threads only.

All planes are rows by columns of grey, 0 to 255, a few thousand pixels; a comparison takes a fraction of a millisecond.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]

CALM, BUSY = 1.5, 6.0
"""Seconds in which the background follows a picture, where it hardly differs and where it does: what stops moving
becomes background."""
NOISE = 3.0
"""Seconds in which the noise of a pixel is learnt."""
_FIRST_NOISE = 2.0
_STEP = 8.0
"""A pixel that differs by less, and by less than its noise allows, is calm."""


class Background:
    """Learns from each picture."""

    def __init__(self, plane: NDArray[np.uint8]) -> None:
        self.level: Grey = plane.astype(np.float32)
        self.noise: Grey = np.full(plane.shape, _FIRST_NOISE, np.float32)
        """How far a pixel is from its level on average, while nothing moves."""

    def learn(self, picture: Grey, seconds: float) -> None:
        """Move towards a picture that came `seconds` after the last one."""
        change = picture - self.level
        size = np.abs(change)
        calm = size < np.maximum(_STEP, 4 * self.noise)
        self.level += change * np.where(calm, _share(seconds, CALM), _share(seconds, BUSY)).astype(np.float32)
        self.noise += (size - self.noise) * np.where(calm, _share(seconds, NOISE), 0).astype(np.float32)


def _share(seconds: float, span: float) -> float:
    return 1 - exp(-seconds / span)
