"""Periodic sound: one second of sound, repeated at each whole second of UTC."""

import numpy as np
from numpy.typing import NDArray

from ipcamd.media.frame import Sound
from ipcamd.media.source.pacing import moment, tick


def loop_second(second: NDArray[np.int16], start: int, end: int) -> Sound:
    """Return the sound from `start` to `end` (nanoseconds since the epoch): stretch after stretch without a gap."""
    rate = second.size
    first, last = tick(start, rate), tick(end, rate)
    return Sound(second[np.arange(first, last) % rate], moment(first, rate))
