"""Noise threshold: the difference above which a pixel has changed. It rises where something moves without pause."""

import numpy as np
from numpy.typing import NDArray

from ipcamd.motion.learning_rate import learning_rates
from ipcamd.motion.light_compensation import Grey

NOISE_CALM_S = 4.0
"""Time constant of the noise of a calm pixel."""
NOISE_BUSY_S = 12.0
"""Time constant of the noise of other pixels, such as in leaves."""
MIN_DIFFERENCE = 6.0
"""A pixel with a smaller difference, or one within its noise, is calm."""
_FIRST_NOISE = 2.0
_SIGMAS = 4.0
"""One pixel in a thousand exceeds this multiple of the noise (its mean deviation)."""


class PixelNoise:
    """Mean deviation of each pixel from its level without motion, in grey levels."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """`shape` is that of the pictures."""
        self._noise = np.full(shape, _FIRST_NOISE, np.float32)

    def threshold(self, present_noise: float) -> Grey:
        """Return each pixel's threshold; `present_noise` is the noise of the whole present picture."""
        threshold: Grey = np.maximum(MIN_DIFFERENCE, _SIGMAS * np.maximum(self._noise, present_noise))
        return threshold

    def scale(self, factor: float) -> None:
        """Multiply the noise, because the light has changed."""
        self._noise *= np.float32(factor)

    def learn(self, size: Grey, busy: NDArray[np.bool_], elapsed_s: float) -> None:
        """Adapt to differences of these sizes; `busy` are the pixels above the threshold."""
        self._noise += (np.minimum(size, 3 * self._noise) - self._noise) * learning_rates(
            busy, elapsed_s, NOISE_BUSY_S, NOISE_CALM_S
        )
