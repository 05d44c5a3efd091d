"""The scene's sound: a beep at the start of each second, in step with the flash."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ipcamd.media.frame import Sound
from ipcamd.media.source.periodic_sound import loop_second

RATE = 8000
"""Samples per second."""

LENGTH = 0.1
"""Seconds that the beep, and the flash, last."""

_PITCH = 1000
_LOUDNESS = 6000
_FADE = 0.01


@cache
def _second() -> NDArray[np.int16]:
    """One second: the beep, then silence. Faded in and out, so that it does not click."""
    at = np.arange(int(RATE * LENGTH)) / RATE
    fade = np.clip(np.minimum(at, LENGTH - at) / _FADE, 0, 1)
    samples = np.zeros(RATE, np.int16)
    samples[: at.size] = _LOUDNESS * np.sin(2 * np.pi * _PITCH * at) * np.sin(fade * np.pi / 2) ** 2
    return samples


def beep(start: int, end: int) -> Sound:
    """Return the sound from `start` to `end` (nanoseconds since the epoch): stretch after stretch without a gap."""
    return loop_second(_second(), start, end)
