"""Motion detection as the rest of the camera knows it: levels, alarms, and when it has to look at all."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ipcamd.media.image.analysis import AnalysisFrame, Demand
from ipcamd.media.pipeline import Pipeline
from ipcamd.motion.windows import parse
from ipcamd.params.group import Values
from ipcamd.params.motion import MOTION, WINDOWS
from ipcamd.settings.service import Settings
from ipcamd.workers.on_demand import OnDemandThread

if TYPE_CHECKING:  # brings numpy
    from ipcamd.motion.alarm_detector import AlarmDetector

Listener = Callable[[int, int], None]
"""``listener(window, moment)``, called in the event loop: window 1 to 3; nanoseconds since the epoch by the camera's
clock, when the picture was captured. Must not block."""

Levels = tuple[int, ...]
"""Of each window, 0 to 255: how large what moves in it is; 255 fills it."""

STALE = 1.5
"""Seconds after which a level that is not measured anew is 0."""
STOP = 0.5
"""Seconds that the thread gets to end."""

_ZERO: Levels = (0,) * WINDOWS
_REST = 1.0
"""Seconds between a failure and the next attempt."""

_log = logging.getLogger(__name__)


class MotionDetection:
    """Looks at the pipeline's glances in a thread of its own, which sleeps while nobody needs it.

    It looks while a window is enabled and either somebody subscribed or somebody watches a stream anyway.
    """

    def __init__(self, settings: Settings, pipeline: Pipeline, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives seconds of a clock that never jumps; it is called in both threads."""
        self._analysis = pipeline.analysis
        self._now = now
        self._windows = parse(settings[MOTION.name])
        self._listeners: dict[Listener, None] = {}
        self._measured: tuple[Levels, float] = (_ZERO, 0.0)
        """The levels, and when they were measured."""
        self._alarm_detector: AlarmDetector | None = None
        self._held_until = 0.0
        """Until when nothing is seen."""
        self._loop: asyncio.AbstractEventLoop
        self._started = False
        self._thread = OnDemandThread("media-motion", self._run)
        settings.watch(MOTION.name, self._update_windows)

    async def start(self) -> None:
        """Begin to look."""
        self._loop = asyncio.get_running_loop()
        self._started = True
        self._update_demand()

    async def stop(self) -> None:
        """End the thread."""
        self._analysis.latest.close()
        await asyncio.to_thread(self._thread.join, time.monotonic() + STOP)

    def levels(self) -> Levels:
        """Return the present levels; from any thread."""
        levels, when = self._measured
        return levels if self._now() - when < STALE else _ZERO

    def subscribe(self, listener: Listener) -> None:
        """Tell `listener` of each alarm from now on: pictures are then looked at even when nobody watches."""
        self._listeners[listener] = None
        self._update_demand()

    def unsubscribe(self, listener: Listener) -> None:
        """Tell `listener` no more."""
        self._listeners.pop(listener, None)
        self._update_demand()

    def hold(self, seconds: float) -> None:
        """See nothing for so long, and then learn the background anew: the camera itself moves. From any thread."""
        self._held_until = max(self._held_until, self._now() + seconds)

    def _update_windows(self, values: Values) -> None:
        self._windows = parse(values)
        self._update_demand()

    def _update_demand(self) -> None:
        demand = Demand.ALWAYS if self._listeners else Demand.WHILE_WATCHED
        self._analysis.demand = demand if any(window.watches for window in self._windows) else Demand.NEVER
        if self._started and self._analysis.wanted:
            self._thread.wake()

    def _run(self) -> None:
        while self._analysis.latest.wait():
            try:
                self._detect()
            except Exception:  # the camera outlives whatever one picture does
                _log.exception("motion detection failed and begins anew")
                self._analysis.latest.rest(_REST)

    def _detect(self) -> None:
        """Look for as long as glances are wanted."""
        from ipcamd.motion.alarm_detector import AlarmDetector

        # the same one, who remembers the last alarm, but not what he saw
        alarm_detector = self._alarm_detector = self._alarm_detector or AlarmDetector()
        alarm_detector.reset()
        while frame := self._analysis.latest.take():
            self._look(alarm_detector, frame)

    def _look(self, alarm_detector: "AlarmDetector", frame: AnalysisFrame) -> None:
        now = self._now()
        if now < self._held_until:
            self._measured = alarm_detector.reset(), now
            return
        levels, window = alarm_detector.look(frame, self._windows, now)
        self._measured = levels, now
        if window:
            with suppress(RuntimeError):  # the loop was closed: the camera is going down
                self._loop.call_soon_threadsafe(self._notify, window, frame.captured_ns)

    def _notify(self, window: int, moment: int) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(window, moment)
            except Exception:  # the others must hear of it nevertheless
                _log.exception("a part could not follow the motion in window %s", window)
