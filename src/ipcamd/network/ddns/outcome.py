"""Outcome of an update of dynamic DNS, as it is stored: a restart asks nothing anew."""

import json
import math
from dataclasses import asdict

from ipcamd.dataclass import dataclass
from ipcamd.wire.dyndns import DONE, FINAL

REFRESH_S = 25 * 86400.0
"""Seconds after which a service is told the same address again: after 30 days it forgets the name."""
RETRY_S = 30 * 60.0
"""Seconds from a failure that may pass to the next attempt."""


@dataclass(frozen=True, slots=True)
class DdnsOutcome:
    """Outcome of the last update."""

    target: str
    """Keyed hash of the service, the name and the login that it was for."""
    word: str
    """The service's word, or ``error``."""
    own: str
    """The camera's own address then."""
    told: str
    """The address that the service took note of; or the error."""
    time_ns: int
    """By the camera's clock, since the epoch."""

    @property
    def interval_s(self) -> float:
        """Seconds until the next update while nothing changes."""
        if self.word in DONE:
            return REFRESH_S
        return math.inf if self.word in FINAL else RETRY_S

    def remaining_s(self, now_ns: int) -> float:
        """Return how many of them are left. The clock may have been set since: it is never more than all."""
        elapsed_s = max(0.0, (now_ns - self.time_ns) / 1e9)
        return max(0.0, self.interval_s - elapsed_s)

    def __str__(self) -> str:
        return f"{self.word} {self.told}".rstrip()

    def dump(self) -> str:
        """Return it as a text; the inverse of `load_outcome`."""
        return json.dumps(asdict(self))


def load_outcome(text: str | None) -> DdnsOutcome | None:
    """Return a stored outcome, or None."""
    return DdnsOutcome(**json.loads(text)) if text else None
