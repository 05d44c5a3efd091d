"""Motion detection service: motion levels, alarms, and the thread that measures them while they are needed."""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.media.image.analysis_tap import AnalysisFrame, Demand
from ipcamd.media.pipeline import Pipeline
from ipcamd.motion.windows import parse_windows
from ipcamd.params.group import Values
from ipcamd.params.motion import MOTION, WINDOWS
from ipcamd.settings.settings import Settings
from ipcamd.workers.on_demand import OnDemandThread
from ipcamd.workers.thread import call_in_loop

if TYPE_CHECKING:  # imports numpy
    from ipcamd.motion.level_detector import AlarmDetector

Listener = Callable[[int, int], None]
"""``listener(window, captured_ns)``, called in the event loop: window 1 to 3, time of capture in nanoseconds since the
epoch by the camera's clock. Must not block."""

Levels = tuple[int, ...]
"""Size of the motion in each window, 0 to 255; 255 fills the window."""

STALE_S = 1.5
"""Seconds after which a level without a new measurement becomes 0."""
STOP_S = 0.5
"""Time for the thread to end."""

_ZERO: Levels = (0,) * WINDOWS

_log = logging.getLogger(__name__)


class MotionDetection:
    """Measures motion in the pipeline's analysis frames, in its own thread.

    It does so while a window is enabled and there are listeners or a stream has viewers; otherwise the thread sleeps.
    """

    def __init__(self, settings: Settings, pipeline: Pipeline, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` is a monotonic clock, in seconds; it is called in both threads."""
        self._analysis = pipeline.analysis
        self._now_s = now_s
        self._windows = parse_windows(settings[MOTION.name])
        self._listeners: dict[Listener, None] = {}
        self._measured: tuple[Levels, float] = (_ZERO, 0.0)
        """Levels, and the time of measurement."""
        self._alarm_detector: AlarmDetector | None = None
        self._held_until_s = 0.0
        """Time until which no motion is reported."""
        self._loop: asyncio.AbstractEventLoop | None = None
        """The event loop; None before `start`."""
        self._thread = OnDemandThread("media-motion", self._run)
        settings.watch(MOTION.name, self._update_windows)

    async def start(self) -> None:
        """Start measuring when needed."""
        self._loop = asyncio.get_running_loop()
        self._update_demand()

    async def stop(self) -> None:
        """End the thread."""
        self._analysis.latest.close()
        await asyncio.to_thread(self._thread.join, time.monotonic() + STOP_S)

    def levels(self) -> Levels:
        """Return the present levels; from any thread."""
        levels, when = self._measured
        return levels if self._now_s() - when < STALE_S else _ZERO

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` at each future alarm. Motion is then measured even without viewers."""
        self._listeners[listener] = None
        self._update_demand()

    def unsubscribe(self, listener: Listener) -> None:
        """Stop calling `listener`."""
        self._listeners.pop(listener, None)
        self._update_demand()

    def hold(self, duration_s: float) -> None:
        """Report no motion for this time, then learn the background again: the camera moves. From any thread."""
        self._held_until_s = max(self._held_until_s, self._now_s() + duration_s)

    def _update_windows(self, values: Values) -> None:
        self._windows = parse_windows(values)
        self._update_demand()

    def _update_demand(self) -> None:
        demand = Demand.ALWAYS if self._listeners else Demand.WHILE_WATCHED
        self._analysis.demand = demand if any(window.active for window in self._windows) else Demand.NEVER
        if self._loop and self._analysis.wanted:
            self._thread.wake()

    def _run(self) -> None:
        self._analysis.latest.run(self._detect, partial(_log.exception, "motion detection failed and is restarted"))

    def _detect(self) -> None:
        """Measure motion while analysis frames are wanted."""
        from ipcamd.motion.level_detector import AlarmDetector

        # the detector keeps the time of its last alarm, but not its background
        alarm_detector = self._alarm_detector = self._alarm_detector or AlarmDetector()
        alarm_detector.reset()
        while frame := self._analysis.latest.take():
            self._measure(alarm_detector, frame)

    def _measure(self, alarm_detector: "AlarmDetector", frame: AnalysisFrame) -> None:
        now_s = self._now_s()
        if now_s < self._held_until_s:
            alarm_detector.reset()
            self._measured = _ZERO, now_s
            return
        levels, window = alarm_detector.detect(frame, self._windows, now_s)
        self._measured = levels, now_s
        if window and self._loop:
            call_in_loop(self._loop, self._notify, window, frame.captured_ns)

    def _notify(self, window: int, captured_ns: int) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(window, captured_ns)
            except Exception:  # the other listeners must still be called
                _log.exception("a listener failed at motion in window %s", window)
