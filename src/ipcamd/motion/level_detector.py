"""Level detector: the level of each window and its alarms, from successive small grey pictures.

Imported by media threads only: it imports numpy.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ipcamd.dataclass import dataclass
from ipcamd.media.image.analysis_tap import AnalysisFrame
from ipcamd.motion.alarm_rule import AlarmPause, WindowAlarm
from ipcamd.motion.background import Background
from ipcamd.motion.light_compensation import Grey
from ipcamd.motion.sensitivity import contrast_threshold
from ipcamd.motion.windows import Window
from ipcamd.params.motion import HEIGHT, WIDTH
from ipcamd.time_units import SECOND_NS

LEARN_NS = SECOND_NS
"""Nanoseconds for which a new background is learnt before motion counts."""
MAX_GAP_NS = 5 * SECOND_NS // 2
"""Nanoseconds without a picture after which the background is learnt again."""
MIN_PIXELS = 3
"""Fewest pixels that count as motion, in a window with more."""

Mask = NDArray[np.bool_]
"""Pixels of an analysis frame: an array of shape (height, width)."""


@dataclass(frozen=True, slots=True)
class WindowResult:
    """Result of one window for one picture."""

    extent: float = 0.0
    """Size of the motion relative to the window: 0 to 1, as a length (1/2 covers a quarter of the area)."""
    alarm: bool = False
    """Whether the motion raises an alarm: see `WindowAlarm`."""

    @property
    def level(self) -> int:
        """The motion level of the Status word (SDK 3.1), 0 to 255."""
        return round(self.extent * 255)


NO_MOTION = WindowResult()
"""Result of a disabled window, or before there is a background."""


class LevelDetector:
    """Measures motion in several windows. For one thread."""

    def __init__(self, windows: Sequence[Window]) -> None:
        self._windows = tuple(windows)
        self._detectors: list[WindowLevelDetector] = []
        self._background: Background | None = None
        self._source: object = None
        """View and shape of the pictures of the background."""
        self._begun_ns = self._last_ns = 0
        """Capture times of the first picture of the background, and of the last picture."""

    def set_windows(self, windows: Sequence[Window]) -> None:
        """Measure these windows from now on."""
        if self._windows != tuple(windows):
            self._windows, self._detectors = tuple(windows), []

    def reset(self) -> None:
        """Forget the background, so that the next frame is not compared with earlier ones."""
        self._background = None

    def detect(self, frame: AnalysisFrame) -> tuple[WindowResult, ...]:
        """Return the motion in each window."""
        none = (NO_MOTION,) * len(self._windows)
        if frame.plane is None:
            self.reset()
            return none
        plane = frame.plane.astype(np.float32)
        source = frame.view, plane.shape
        elapsed_ns, self._last_ns = frame.captured_ns - self._last_ns, frame.captured_ns
        if self._background is None or source != self._source or not 0 < elapsed_ns <= MAX_GAP_NS:
            self._background, self._source, self._begun_ns = Background(plane), source, frame.captured_ns
            self._detectors = []
            return none
        moved = self._background.measure_motion(plane, elapsed_ns / SECOND_NS)
        self._detectors = self._detectors or [WindowLevelDetector(window, plane.shape) for window in self._windows]
        results = tuple(window.detect(moved) for window in self._detectors)
        return results if frame.captured_ns - self._begun_ns >= LEARN_NS else none


class WindowLevelDetector:
    """Measures motion in one window, in pictures of one size."""

    def __init__(self, window: Window, shape: tuple[int, ...]) -> None:
        """`shape` is the pictures' (height, width)."""
        self._window = window
        self._slices, self._area = window_area(window, shape)
        self._size = max(1, int(np.count_nonzero(self._area)))
        self._threshold = contrast_threshold(window.sensitivity)
        self._alarm = WindowAlarm(window.percent)

    def detect(self, moved: Grey) -> WindowResult:
        """Return the motion; `moved` is each pixel's difference due to motion."""
        if not self._window.active:
            return NO_MOTION
        differing = moved[self._slices] > self._threshold
        count = int(np.count_nonzero(_remove_noise(differing) & self._area)) if differing.any() else 0
        extent = sqrt(count / self._size) if count >= min(MIN_PIXELS, self._size) else 0.0
        return WindowResult(extent, self._alarm.note(extent))


def window_area(window: Window, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], Mask]:
    """Return the part of a picture of this shape that contains the window, and the mask of the window's pixels in it:
    at least one per box."""
    whole = np.zeros(shape, np.bool_)
    for left, top, right, bottom in window.boxes:
        rows, columns = _pixels(top, bottom, HEIGHT, shape[0]), _pixels(left, right, WIDTH, shape[1])
        whole[rows, columns] = True
    rows, columns = _extent(np.any(whole, axis=1)), _extent(np.any(whole, axis=0))
    return (rows, columns), whole[rows, columns]


def _pixels(start: int, end: int, length: int, pixels: int) -> slice:
    first = min(round(start * pixels / length), pixels - 1)
    return slice(first, max(first + 1, round(end * pixels / length)))


def _extent(marks: Mask) -> slice:
    places = np.flatnonzero(marks)
    return slice(int(places[0]), int(places[-1]) + 1) if places.size else slice(0, 0)


def _remove_noise(differing: Mask) -> Mask:
    """Return the pixels of the mask with at least two of their eight neighbours in it; others are noise."""
    count = np.zeros((differing.shape[0] + 2, differing.shape[1] + 2), np.uint8)
    count[1:-1, 1:-1] = differing
    count = count[:-2] + count[1:-1] + count[2:]
    dense: Mask = differing & (count[:, :-2] + count[:, 1:-1] + count[:, 2:] > 2)
    return dense


class AlarmDetector:
    """Evaluates analysis frames in order. For one thread."""

    def __init__(self) -> None:
        self._detector = LevelDetector(())
        self._pause = AlarmPause()

    def detect(self, frame: AnalysisFrame, windows: Sequence[Window], now_s: float) -> tuple[tuple[int, ...], int]:
        """Return each window's level, 0 to 255, and the number, from 1, of the window with an alarm; 0 for none.

        `now_s` is monotonic time in seconds.
        """
        self._detector.set_windows(windows)
        results = self._detector.detect(frame)
        over = [number for number, result in enumerate(results, 1) if result.alarm]
        alarm = over[0] if over and self._pause.admits(now_s) else 0
        return tuple(result.level for result in results), alarm

    def reset(self) -> None:
        """Forget the background, so that the next frame is not compared with earlier ones."""
        self._detector.reset()
