"""Focus meter: measures the sharpness of pictures for autofocus, before adjustments and overlay."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.workers.thread import call_in_loop

if TYPE_CHECKING:  # imports PyAV and numpy
    import av

    from ipcamd.media.planes import Plane

RATE = 30
"""Requested frame rate."""
MOST = 256
"""Most readings that may wait; further ones are dropped."""
LONGEST_S = 1.0
"""Oldest plausible picture, in seconds; older times mean that a clock was set."""
_STEP = 4
"""Every fourth row is measured."""


@dataclass(frozen=True, slots=True)
class FocusReading:
    """Sharpness of one picture. Times are of ``time.monotonic()``, in seconds."""

    sharpness: float
    """The mean square of the difference of neighbouring pixels; comparable between pictures of the same view."""
    captured_s: float
    """Capture time."""
    viewed_s: float
    """Time at which its view was requested, when a virtual lens had its position."""


class FocusMeter:
    """Measures pictures on request. `offer` is for one thread at a time, the rest for the event loop."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when `wanted` has changed."""
        self._changed = changed
        self._deliver: Callable[[FocusReading], None] | None = None

    @property
    def wanted(self) -> bool:
        """Whether pictures are measured, even without viewers; from any thread."""
        return self._deliver is not None

    @contextlib.contextmanager
    def measure(self) -> "Iterator[asyncio.Queue[FocusReading]]":
        """Measure each picture in this context; the readings arrive in the queue. For one caller at a time."""
        queue: asyncio.Queue[FocusReading] = asyncio.Queue(MOST)
        self._deliver = partial(_deliver, asyncio.get_running_loop(), queue)
        self._changed()
        try:
            yield queue
        finally:
            self._deliver = None
            self._changed()

    def offer(self, frame: "av.VideoFrame", viewed_s: float, age_s: float) -> None:
        """Measure the full-range `frame`, if requested. `age_s` is the time from its capture to `viewed_s`."""
        if deliver := self._deliver:
            age_s = min(max(0.0, age_s), LONGEST_S)
            deliver(FocusReading(measure_sharpness(frame), viewed_s - age_s, viewed_s))


def measure_sharpness(frame: "av.VideoFrame") -> float:
    """Return the mean square of the luma gradient, from every fourth row and the row below it."""
    from ipcamd.media.planes import planes

    return gradient_energy(planes(frame)[0])


def gradient_energy(luma: "Plane") -> float:
    """See `measure_sharpness`."""
    import numpy as np

    rows, below = luma[:-1:_STEP].astype(np.int16), luma[1::_STEP].astype(np.int16)
    across, down = np.diff(rows, axis=1), below - rows
    return float(np.square(across, dtype=np.int32).mean() + np.square(down, dtype=np.int32).mean())


def _deliver(loop: asyncio.AbstractEventLoop, queue: "asyncio.Queue[FocusReading]", reading: FocusReading) -> None:
    def put() -> None:
        with contextlib.suppress(asyncio.QueueFull):
            queue.put_nowait(reading)

    call_in_loop(loop, put)
