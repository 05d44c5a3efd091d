"""Reception: data that all parts of a playing source share during one run."""

import threading
from collections.abc import Callable
from dataclasses import field

from ipcamd.dataclass import dataclass
from ipcamd.media.source.clock_recovery import ClockRecovery
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_timeout import SourceTimeout
from ipcamd.time_units import SECOND_NS


@dataclass(slots=True)
class Reception:
    """One run of a source. For one thread."""

    wanted: Callable[[], Wanted]
    """Returns the present needs of the viewers."""
    stop: threading.Event
    """Ends the run."""
    clock: Clock
    """Gives the capture times."""
    limit: SourceTimeout = field(default_factory=SourceTimeout)
    """Longest time without a picture."""
    _last_ns: int | None = None
    """When the last picture arrived, by the steady clock; before it, the time of the first check."""

    def recover_clock(self, burst_ns: int | None = None) -> ClockRecovery:
        """Return the capture times of a sender with time stamps; for `burst_ns` see `ClockRecovery`."""
        return ClockRecovery(self.clock, self.stop, burst_ns)

    def note_picture(self) -> None:
        """Record the arrival of a picture without known damage."""
        self._last_ns = self.clock.steady_ns()
        self.limit.note_picture(self._last_ns / SECOND_NS)

    def is_silent(self) -> bool:
        """Return whether there was no picture for longer than the limit. Before the first picture, the first call
        starts the time."""
        now_ns = self.clock.steady_ns()
        if self._last_ns is None:
            self._last_ns = now_ns
        return now_ns - self._last_ns > float(self.limit) * SECOND_NS
