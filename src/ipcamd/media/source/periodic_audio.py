"""Periodic audio: one second of samples, repeated in step with the whole seconds of UTC."""

import numpy as np
from numpy.typing import NDArray

from ipcamd.media.frame import AudioChunk
from ipcamd.media.source.pacing import moment, tick


def loop_second(second: NDArray[np.int16], start_ns: int, end_ns: int) -> AudioChunk:
    """Return the sound between two times (nanoseconds since the epoch); adjacent intervals join without a gap."""
    rate = second.size
    first, last = tick(start_ns, rate), tick(end_ns, rate)
    return AudioChunk(second[np.arange(first, last) % rate], moment(first, rate))
