"""From glances to levels and alarms. Imported by media threads only: it brings numpy."""

from collections.abc import Sequence

from ipcamd.media.image.analysis import AnalysisFrame
from ipcamd.motion.detector import NO_MOTION, Detector, WindowResult
from ipcamd.motion.windows import Window
from ipcamd.params.motion import WINDOWS

PAUSE = 5.0
"""Seconds from one alarm to the next, of whatever window: who is told of an alarm is not told of which (clarifications,
4)."""


class AlarmDetector:
    """Looks at one glance after the other. For one thread."""

    def __init__(self) -> None:
        self._detector = Detector(())
        self._alarmed = float("-inf")
        """When the last alarm was."""

    def look(self, frame: AnalysisFrame, windows: Sequence[Window], now: float) -> tuple[tuple[int, ...], int]:
        """Return each window's level, 0 to 255, and the number, from 1, of the window that alarms; 0 for none.

        `now` is in seconds of a clock that never jumps.
        """
        self._detector.adjust(windows)
        results = self._detector.see(frame)
        over = [number for number, result in enumerate(results, 1) if result.over]
        if not over or now - self._alarmed < PAUSE:
            return _levels(results), 0
        self._alarmed = now
        return _levels(results), over[0]

    def reset(self) -> tuple[int, ...]:
        """Return the levels of who sees nothing. What comes next is not compared with what was."""
        self._detector.forget()
        return _levels([NO_MOTION] * WINDOWS)


def _levels(results: Sequence[WindowResult]) -> tuple[int, ...]:
    return tuple(result.level for result in results)
