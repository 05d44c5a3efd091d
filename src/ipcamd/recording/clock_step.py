"""Clock step: how far the clock must be set for a continuous recording to start a new file."""

from collections.abc import Callable

from ipcamd.time_units import SECOND_NS

MAX_CLOCK_STEP_NS = SECOND_NS
"""Step of the clock, in nanoseconds, above which a new file starts."""
MAX_PICTURE_GAP_NS = 5 * SECOND_NS
"""Longest time between two pictures, in nanoseconds; a longer one means that the clock was set."""


class ClockStepMeter:
    """Measures by how much the camera's clock was set."""

    def __init__(self, now_ns: Callable[[], int], steady_ns: Callable[[], int]) -> None:
        """`now_ns` is the camera's clock, `steady_ns` a monotonic clock."""
        self._now_ns = now_ns
        self._steady_ns = steady_ns
        self._offset_ns = 0

    def measure(self) -> int:
        """Return the nanoseconds by which the clock was set since the last call; 0 if it was not. The first result has
        no meaning."""
        before, self._offset_ns = self._offset_ns, self._now_ns() - self._steady_ns()
        step_ns = self._offset_ns - before
        return step_ns if abs(step_ns) > MAX_CLOCK_STEP_NS else 0


def is_clock_step(change_ns: int, expected_step_ns: int) -> bool:
    """Return whether the clock was set between two pictures, by the difference of their capture times.

    `expected_step_ns` is a measured step that no picture has shown yet; 0 without one.
    """
    is_expected = abs(change_ns - expected_step_ns) < abs(change_ns) if expected_step_ns else False
    return is_expected or not 0 <= change_ns <= MAX_PICTURE_GAP_NS
