"""Light meter: measures the mean brightness of the source's pictures, for day and night."""

import asyncio
from collections.abc import Callable

from ipcamd.media.frame import Picture
from ipcamd.media.frame_decimator import FrameDecimator
from ipcamd.workers.thread import call_in_loop

RATE = 5
"""Requested frame rate."""
_MEASURED_RATE = 2
_STEP = 8
"""Every eighth pixel of every eighth row is measured."""


class LightMeter:
    """Measures pictures on request. `offer` is for one thread at a time, the rest for the event loop."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when `wanted` has changed."""
        self._changed = changed
        self._decimator = FrameDecimator(_MEASURED_RATE)
        self._deliver: Callable[[float], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def wanted(self) -> bool:
        """Whether pictures are measured, even without viewers; from any thread."""
        return self._deliver is not None

    def measure(self, deliver: Callable[[float], None] | None) -> None:
        """Call `deliver` in the event loop with the brightness of pictures, 0 to 100; None: stop."""
        was_wanted = self.wanted
        self._loop, self._deliver = asyncio.get_running_loop(), deliver
        if self.wanted is not was_wanted:
            self._changed()

    def offer(self, picture: Picture) -> None:
        """Measure a picture of the source, if requested."""
        if self._deliver and self._loop and picture.signal and self._decimator.selects(picture.captured_ns):
            from ipcamd.media.planes import planes

            luma = planes(picture.video)[0]
            brightness = float(luma[::_STEP, ::_STEP].mean()) / 2.55
            call_in_loop(self._loop, self._tell, brightness)

    def _tell(self, brightness: float) -> None:
        if self._deliver:
            self._deliver(brightness)
