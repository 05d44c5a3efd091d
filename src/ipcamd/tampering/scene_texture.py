"""Scene texture: the lasting texture of a picture, and the part of it that another picture shows.

Pictures are compared by correlation within blocks. A change of light scales a block's texture and leaves the
correlation unchanged, so daylight, shadows and the sensor's exposure are not a change. Only media threads import this
module.
"""

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
"""Brightness of a picture, 0 to 255: an array of shape (height, width)."""

BLOCK = 5
"""Pixels per side of a block, in a picture of half the size of an analysis frame."""
LEARN_PART = 1 / 60
"""Weight of each new picture in the reference: passing people and cars, and moved furniture, become part of it
slowly."""
TEXTURE = 12.0
"""Variance above which a block has texture; below it is noise."""
ALIKE = 0.5
"""Correlation above which a block shows the same texture."""
MISSING_BEGINS = 0.75
"""Missing fraction of the scene's texture at which the state "scene changed" begins."""
MISSING_ENDS = 0.5
"""Missing fraction at which the state ends."""
MIN_PART = 0.08
"""Minimum fraction of textured blocks for a scene to be recognizable, unlike a wall or fog."""


class Scene:
    """Scene learnt from pictures of one size."""

    def __init__(self, picture: Grey) -> None:
        self._picture = picture.copy()

    def is_missing(self, picture: Grey, was_missing: bool) -> bool:
        """Whether a picture does not show the scene; `was_missing`: whether it was missing before."""
        part = self._missing_part(picture)
        return part is not None and part > (MISSING_ENDS if was_missing else MISSING_BEGINS)

    def learn(self, picture: Grey) -> None:
        """Update the reference with a picture."""
        self._picture += (picture - self._picture) * np.float32(LEARN_PART)

    def _missing_part(self, picture: Grey) -> float | None:
        """Return the fraction of the scene's texture that a picture does not show, 0 to 1; None if it cannot be
        determined.
        """
        one, other = _blocks(self._picture), _blocks(picture)
        # less light means less contrast, and some of it is lost in noise
        dimming = min(1.0, float(picture.mean()) / max(1.0, float(self._picture.mean())))
        expected = one.var(axis=1) * dimming * dimming > TEXTURE
        if np.count_nonzero(expected) < MIN_PART * len(one):
            return None
        return 1 - float((_correlations(one[expected], other[expected]) > ALIKE).mean())


def halve(plane: NDArray[np.uint8]) -> Grey:
    """Return a picture of half the size, so that a camera that shakes in the wind still shows the same."""
    rows, columns = (length // 2 * 2 for length in plane.shape)
    cut = plane[:rows, :columns].astype(np.uint16)
    pairs = cut[::2] + cut[1::2]
    return (pairs[:, ::2] + pairs[:, 1::2]) * np.float32(0.25)


def _blocks(picture: Grey) -> Grey:
    """Return the pixels of each block: an array with one row for each block."""
    rows, columns = (length // BLOCK for length in picture.shape)
    cut = picture[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return cut.swapaxes(1, 2).reshape(rows * columns, BLOCK * BLOCK)


def _correlations(one: Grey, other: Grey) -> Grey:
    one, other = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
    spread = (one * one).sum(axis=1) * (other * other).sum(axis=1)
    return np.asarray((one * other).sum(axis=1) / np.sqrt(np.maximum(spread, 1e-6)))
