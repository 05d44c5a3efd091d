"""Capture times of pictures without time stamps, from a camera with a known rate, on a machine that may read late."""

from ipcamd.time_units import SECOND_NS

_SHARE = 8
"""Divisor: this part of a picture's delay counts as late capture, because cameras deviate from their nominal rate."""
_LONGEST_NS = SECOND_NS // 5
"""Longest delay of a picture; one that arrives later was taken late."""
_LEAST_NS = SECOND_NS // 1000
"""Shortest time between pictures."""


class CaptureTimes:
    """Maps arrival times to capture times: pictures of a burst are spread over the time in which they were taken."""

    def __init__(self, rate: float) -> None:
        """`rate` is the nominal number of pictures per second."""
        self._period_ns = int(SECOND_NS / rate)
        self._last_ns: int | None = None

    def note(self, arrived_ns: int) -> int:
        """Return the capture time of the next picture, in nanoseconds of the clock of `arrived_ns`; never later than
        its arrival by more than a millisecond."""
        if self._last_ns is None:
            self._last_ns = arrived_ns
            return arrived_ns
        due_ns = self._last_ns + self._period_ns
        late_ns = arrived_ns - due_ns
        if late_ns < 0:
            self._last_ns = max(arrived_ns, self._last_ns + _LEAST_NS)
        else:
            self._last_ns = max(due_ns + late_ns // _SHARE, arrived_ns - _LONGEST_NS)
        return self._last_ns
