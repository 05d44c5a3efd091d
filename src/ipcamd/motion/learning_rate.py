"""Learning rate: how much a picture changes a mean that adapts with a time constant."""

from math import exp

import numpy as np
from numpy.typing import NDArray

from ipcamd.motion.light_compensation import Grey


def learning_rates(mask: NDArray[np.bool_], elapsed_s: float, inside_s: float, outside_s: float) -> Grey:
    """Return the rates of all pixels after `elapsed_s` seconds: with time constant `inside_s` in the mask, `outside_s`
    elsewhere."""
    slow, fast = learning_rate(elapsed_s, inside_s), learning_rate(elapsed_s, outside_s)
    return np.float32(slow - fast) * mask + np.float32(fast)


def learning_rate(elapsed_s: float, constant_s: float) -> float:
    """Return the weight of the new value, 0 to 1, after `elapsed_s` seconds with time constant `constant_s`."""
    return 1 - exp(-elapsed_s / constant_s)
