"""Stored result of a dynamic DNS update, so that a restart sends no new request."""

import json
import math
from dataclasses import asdict

from ipcamd.dataclass import dataclass
from ipcamd.wire.dyndns import DONE, FINAL

REFRESH_S = 25 * 86400.0
"""Seconds after which an unchanged address is sent again, because services drop names after 30 days."""
RETRY_S = 30 * 60.0
"""Seconds from a temporary failure to the next attempt."""


@dataclass(frozen=True, slots=True)
class DdnsOutcome:
    """Result of the last update."""

    target: str
    """Keyed hash of the service, the name and the login."""
    word: str
    """Return code of the service, or ``error``."""
    own: str
    """The camera's own address at that time."""
    message: str
    """Address stored by the service, or the error."""
    time_ns: int
    """Time by the camera's clock, since the epoch."""

    @property
    def interval_s(self) -> float:
        """Seconds until the next update without a change."""
        if self.word in DONE:
            return REFRESH_S
        return math.inf if self.word in FINAL else RETRY_S

    def remaining_s(self, now_ns: int) -> float:
        """Return the remaining seconds. The clock may have been set since, so the result is at most the interval."""
        elapsed_s = max(0.0, (now_ns - self.time_ns) / 1e9)
        return max(0.0, self.interval_s - elapsed_s)

    def __str__(self) -> str:
        return f"{self.word} {self.message}".rstrip()

    def dump(self) -> str:
        """Return the result as a text; the inverse of `load_outcome`."""
        return json.dumps(asdict(self))


def load_outcome(text: str | None) -> DdnsOutcome | None:
    """Return a stored result, or None."""
    return DdnsOutcome(**json.loads(text)) if text else None
