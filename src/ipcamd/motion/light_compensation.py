"""Light compensation: a change of light keeps the texture, motion does not. Imported by media threads only.

Planes are rows by columns of grey, 0 to 255.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
"""Brightness of an analysis frame, 0 to 255: an array of shape (height, width)."""

BLOCK = 8
"""Pixels per side of a block, in which the light is assumed to be uniform."""
_SAME = 1.0, 0.1
"""Limits of an unchanged light: of the median change, and of the fraction of pixels that change by `_MUCH`."""
_MUCH = 8.0
_ROUNDS = 4
_DARK = 4
"""Levels below are clipped by the sensor."""
_BRIGHT = 251
"""Levels above are clipped by the sensor."""
_GAINS = 0.2, 5.0
_ALIKE = 0.5
"""Fraction of a block's variance that a change of light must explain for the texture to be the same."""
_TEXTURE = 6.0
"""Variance below which a block is flat."""


def estimate_change(level: Grey, picture: Grey) -> tuple[float, float]:
    """Return the gain and offset that best map `level` to `picture`; 1 and 0 if the light is the same."""
    before, now = level[::3, ::3].ravel(), picture[::3, ::3].ravel()
    apart = now - before
    gain, offset = 1.0, median(apart)
    if abs(offset) <= _SAME[0] and np.count_nonzero(np.abs(apart) > _MUCH) <= _SAME[1] * apart.size:
        return 1.0, 0.0
    usable = (now > _DARK) & (now < _BRIGHT) & (before > _DARK) & (before < _BRIGHT)
    for _ in range(_ROUNDS):
        off = np.abs(now - (gain * before + offset))
        keep = usable & (off <= max(3.0, 2 * median(off)))
        if np.count_nonzero(keep) < 40:
            break
        gain, offset = _line(before[keep], now[keep])
    return gain, offset


def _line(before: Grey, now: Grey) -> tuple[float, float]:
    mean, level = float(now.mean()), float(before.mean())
    apart = before - level
    # the constant keeps the gain near 1 at low contrast
    gain = (float(apart @ (now - mean)) + before.size) / (float(apart @ apart) + before.size)
    gain = min(max(gain, _GAINS[0]), _GAINS[1])
    return gain, mean - gain * level


def adapt_to_light(level: Grey, picture: Grey, noise: float) -> Grey:
    """Return `level` with each block lit as in `picture`.

    Blocks with another texture are unchanged; flat blocks always match, because objects are detected by their edges.
    `noise` is the mean deviation of pixels of `picture`.
    """
    one, other = _block_means(level), _block_means(picture)
    spread, contrast = _block_means(level * level) - one * one, _block_means(picture * picture) - other * other
    common = _block_means(level * picture) - one * other
    same = (spread > _TEXTURE) & (common > 0) & (common * common > _ALIKE * spread * contrast)
    flat = (spread <= _TEXTURE) & (contrast <= _TEXTURE + 3 * noise * noise)
    gain = np.where(same, common / np.maximum(spread, _TEXTURE), 1)
    offset = np.where(same | flat, other - gain * one, 0)
    return _expand_blocks(gain, level.shape) * level + _expand_blocks(offset, level.shape)


def median(values: Grey) -> float:
    """Return the median, approximately."""
    half = values.size // 2
    return float(np.partition(values, half)[half])


def _block_means(plane: Grey) -> Grey:
    """Return the mean of each block."""
    return np.asarray(_averaging_matrix(plane.shape[0]) @ plane @ _averaging_matrix(plane.shape[1]).T, np.float32)


@lru_cache(8)
def _averaging_matrix(length: int) -> Grey:
    """Return the matrix that averages blocks of this many pixels; the last block may be smaller."""
    block = np.arange(length) // BLOCK
    matrix: Grey = (block == np.arange(block[-1] + 1)[:, None]).astype(np.float32)
    matrix /= matrix.sum(axis=1, keepdims=True)
    return matrix


def _expand_blocks(blocks: Grey, shape: tuple[int, ...]) -> Grey:
    return blocks.repeat(BLOCK, 0)[: shape[0]].repeat(BLOCK, 1)[:, : shape[1]]
