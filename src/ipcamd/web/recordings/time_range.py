"""Time range of a request: ``since`` and ``until``, and the folder (``dir``)."""

from typing import NamedTuple

from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.errors import RequestFailed
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.number import Integer
from ipcamd.storage.recording import FOLDERS
from ipcamd.wire.http.query import Query

LATEST_MS = 7_258_118_400_000
"""2200-01-01, in milliseconds since the epoch."""
RANGE_ARGUMENTS = (
    Argument("since", "Beginning of the range, in milliseconds since the epoch.", Integer(0, LATEST_MS)),
    Argument("until", "End of the range, likewise.", Integer(0, LATEST_MS)),
    Argument("dir", "Only continuous recordings, or only those of events.", OneOf(FOLDERS)),
)
"""Arguments that select recordings by time and folder."""


class TimeRange(NamedTuple):
    """Times in nanoseconds since the epoch, UTC."""

    since_ns: int
    until_ns: int
    folder: str | None
    """None for all folders."""


def read_time_range(query: Query, arguments: Arguments) -> TimeRange:
    """Return the range of a request. `arguments` contain `RANGE_ARGUMENTS`. Raises ``RequestFailed``."""
    since, until = (arguments.number(query, name) for name in ("since", "until"))
    if since is None or until is None or since >= until:
        raise RequestFailed(f"since={since}, until={until}: both are required, and until must be later than since")
    return TimeRange(since * 1_000_000, until * 1_000_000, query.get("dir"))
