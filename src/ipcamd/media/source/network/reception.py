"""Reception: data that the receivers of a source share during one run."""

import threading
from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.media.source.clock_recovery import ClockRecovery
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source_timeout import SourceTimeout
from ipcamd.time_units import SECOND_NS

if TYPE_CHECKING:
    from ipcamd.media.source.source import Wanted


@dataclass(frozen=True, slots=True)
class Reception:
    """One run of a source."""

    wanted: "Callable[[], Wanted]"
    """Returns the present needs of the viewers."""
    stop: threading.Event
    """Ends the run."""
    clock: Clock
    """Gives the capture times."""
    limit: SourceTimeout = field(default_factory=SourceTimeout)
    """Longest time without a picture."""

    def recover_clock(self, burst_ns: int | None = None) -> ClockRecovery:
        """Return the capture times of a sender with time stamps; for `burst_ns` see `ClockRecovery`."""
        return ClockRecovery(self.clock, self.stop, burst_ns)

    def note_picture(self) -> int:
        """Record the arrival of a picture; return the time of a clock that never jumps, in nanoseconds."""
        now_ns = self.clock.steady_ns()
        self.limit.note_picture(now_ns / SECOND_NS)
        return now_ns

    def is_silent_since(self, last_ns: int) -> bool:
        """Return whether the limit is exceeded, if the last picture arrived at `last_ns` (see `note_picture`)."""
        return self.clock.steady_ns() - last_ns > float(self.limit) * SECOND_NS
