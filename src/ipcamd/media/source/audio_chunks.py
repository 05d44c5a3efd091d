"""Audio chunks: capture times of consecutive samples, and of a second of samples that is repeated."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from ipcamd.media.frame import AUDIO_RATE_HZ, AudioChunk
from ipcamd.media.source.pacing import moment, tick
from ipcamd.time_units import SECOND_NS


def time_chunks(chunks: Iterable[NDArray[np.int16]], captured_ns: int) -> Iterator[AudioChunk]:
    """Yield consecutive samples with their capture times; `captured_ns` is that of the first one."""
    for samples in chunks:
        yield AudioChunk(samples, captured_ns)
        captured_ns += samples.size * SECOND_NS // AUDIO_RATE_HZ


def loop_second(second: NDArray[np.int16], start_ns: int, end_ns: int) -> AudioChunk:
    """Return the sound between two times (nanoseconds since the epoch), in step with the whole seconds of UTC; adjacent
    intervals join without a gap."""
    rate = second.size
    first, last = tick(start_ns, rate), tick(end_ns, rate)
    return AudioChunk(second[np.arange(first, last) % rate], moment(first, rate))
