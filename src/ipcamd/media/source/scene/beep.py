"""Beep of the scene: at the start of each second, in step with the flash."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ipcamd.media.frame import AUDIO_RATE_HZ, AudioChunk
from ipcamd.media.source.audio_chunks import loop_second

LENGTH_S = 0.1
"""Duration of the beep, and of the flash."""

_PITCH_HZ = 1000
_AMPLITUDE = 6000
_FADE_S = 0.01


@cache
def _second() -> NDArray[np.int16]:
    """One second: the beep, faded in and out to avoid clicks, then silence."""
    at = np.arange(int(AUDIO_RATE_HZ * LENGTH_S)) / AUDIO_RATE_HZ
    fade = np.clip(np.minimum(at, LENGTH_S - at) / _FADE_S, 0, 1)
    samples = np.zeros(AUDIO_RATE_HZ, np.int16)
    samples[: at.size] = _AMPLITUDE * np.sin(2 * np.pi * _PITCH_HZ * at) * np.sin(fade * np.pi / 2) ** 2
    return samples


def make_beep(start_ns: int, end_ns: int) -> AudioChunk:
    """Return the sound between two moments (nanoseconds since the epoch); adjacent intervals join without a gap."""
    return loop_second(_second(), start_ns, end_ns)
