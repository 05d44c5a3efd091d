"""Alarm detector: motion levels and alarms from analysis frames. Imported by media threads only: it imports numpy."""

from collections.abc import Sequence

from ipcamd.media.image.analysis_tap import AnalysisFrame
from ipcamd.motion.detector import NO_MOTION, Detector, WindowResult
from ipcamd.motion.windows import Window
from ipcamd.params.motion import WINDOWS

PAUSE_S = 5.0
"""Shortest time between alarms, of any window, because notifications do not name the window (clarifications, 4)."""


class AlarmDetector:
    """Evaluates analysis frames in order. For one thread."""

    def __init__(self) -> None:
        self._detector = Detector(())
        self._alarmed = float("-inf")
        """Time of the last alarm."""

    def detect(self, frame: AnalysisFrame, windows: Sequence[Window], now_s: float) -> tuple[tuple[int, ...], int]:
        """Return each window's level, 0 to 255, and the number, from 1, of the window with an alarm; 0 for none.

        `now_s` is monotonic time in seconds.
        """
        self._detector.set_windows(windows)
        results = self._detector.detect(frame)
        over = [number for number, result in enumerate(results, 1) if result.alarm]
        if not over or now_s - self._alarmed < PAUSE_S:
            return _levels(results), 0
        self._alarmed = now_s
        return _levels(results), over[0]

    def reset(self) -> tuple[int, ...]:
        """Forget the background, so that the next frame is not compared with earlier ones. Return the levels, all 0."""
        self._detector.reset()
        return _levels([NO_MOTION] * WINDOWS)


def _levels(results: Sequence[WindowResult]) -> tuple[int, ...]:
    return tuple(result.level for result in results)
