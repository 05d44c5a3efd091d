"""Rule of motion alarms (SDK 4): the window's percentage in two consecutive frames, and a pause after each alarm."""

ALARM_PAUSE_S = 5.0
"""Shortest time between alarms, of any window, because notifications do not name the window (clarifications, 4)."""


class WindowAlarm:
    """Alarms of one window, without the pause. For one thread."""

    def __init__(self, percent: int) -> None:
        """`percent` is the window's percentage: the size of the motion relative to the window, as a length."""
        self._least = percent / 100
        self._was_reached = False

    def note(self, extent: float) -> bool:
        """Record the size of the motion in the next frame, 0 to 1; return whether it reached the percentage in this
        frame and in the one before."""
        is_reached = extent > 0 and extent >= self._least
        was_reached, self._was_reached = self._was_reached, is_reached
        return is_reached and was_reached


class AlarmPause:
    """Pause after each alarm, for all windows. For one thread."""

    def __init__(self) -> None:
        self._alarmed_s = float("-inf")
        """Time of the last alarm."""

    def admits(self, now_s: float) -> bool:
        """Return whether an alarm at this monotonic time, in seconds, is reported; the pause then starts again."""
        if now_s - self._alarmed_s < ALARM_PAUSE_S:
            return False
        self._alarmed_s = now_s
        return True
