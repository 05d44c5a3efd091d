"""From glances to levels and alarms. Imported by media threads only: it brings numpy."""

from collections.abc import Sequence

from ipcamd.media.glance import Glance
from ipcamd.motion.detector import NOTHING, Detector, Sight
from ipcamd.motion.windows import Window
from ipcamd.params.motion import WINDOWS

PAUSE = 5.0
"""Seconds from one alarm of a window to its next (clarifications, 4)."""


class Lookout:
    """Looks at one glance after the other. For one thread."""

    def __init__(self) -> None:
        self._detector = Detector(())
        self._alarmed = [float("-inf")] * WINDOWS
        """When each window alarmed last."""

    def look(self, glance: Glance, windows: Sequence[Window], now: float) -> tuple[tuple[int, ...], list[int]]:
        """Return each window's level, 0 to 255, and the numbers, from 1, of those that alarm.

        `now` is in seconds of a clock that never jumps.
        """
        self._detector.adjust(windows)
        sights = self._detector.see(glance)
        alarms = [number for number, sight in enumerate(sights) if sight.over and now - self._alarmed[number] >= PAUSE]
        for number in alarms:
            self._alarmed[number] = now
        return _levels(sights), [number + 1 for number in alarms]

    def look_away(self) -> tuple[int, ...]:
        """Return the levels of who sees nothing. What comes next is not compared with what was."""
        self._detector.forget()
        return _levels([NOTHING] * WINDOWS)


def _levels(sights: Sequence[Sight]) -> tuple[int, ...]:
    return tuple(sight.level for sight in sights)
