"""Search sessions: results that clients fetch in parts (ONVIF Recording Search, 4.2.3)."""

import secrets
import time
from collections.abc import Callable, Sequence

from ipcamd.access.accounts import Account
from ipcamd.dataclass import dataclass
from ipcamd.onvif.soap.fault import invalid_argument, receiver_fault
from ipcamd.onvif.soap.writer import Node
from ipcamd.params.group import Rank

SESSIONS_LIMIT = 32
"""Maximum number of sessions at a time."""
OWN_LIMIT = SESSIONS_LIMIT // 4
"""Maximum number of sessions of one account below administrator."""
RESULTS_LIMIT = 1000
"""Maximum number of results in one answer."""
MIN_KEEP_ALIVE_S = 10.0
"""Shortest time without a request after which a session ends, in seconds."""
MAX_KEEP_ALIVE_S = 600.0
"""Longest time without a request after which a session ends, in seconds."""


@dataclass(slots=True)
class SearchSession:
    """Results of one search."""

    token: str
    account: Account
    kind: str
    """Operation that fetches the results."""
    results: Sequence[Node]
    end_ns: int
    """Time at which the search range ends, nanoseconds since the epoch, UTC."""
    keep_alive_s: float
    """Seconds without a request after which it ends."""
    ends_s: float
    """Monotonic time at which it ends."""
    given: int = 0
    """Number of results already returned."""

    def take(self, most: int) -> Sequence[Node]:
        """Return the next results."""
        taken = self.results[self.given : self.given + most]
        self.given += len(taken)
        return taken

    @property
    def is_complete(self) -> bool:
        """Whether all results were returned."""
        return self.given >= len(self.results)


class SearchSessions:
    """Sessions of all clients. For the event loop."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` is a monotonic clock, in seconds."""
        self._now_s = now_s
        self._sessions: dict[str, SearchSession] = {}

    def open(self, account: Account, kind: str, results: Sequence[Node], end_ns: int, keep_alive_s: float) -> str:
        """Return the token of a new session. Raises ``Fault``."""
        self._sweep()
        own = sum(session.account.name == account.name for session in self._sessions.values())
        limit = SESSIONS_LIMIT if account.rank >= Rank.ADMIN else OWN_LIMIT
        if len(self._sessions) >= SESSIONS_LIMIT or own >= limit:
            raise receiver_fault("Action", "ResourceProblem", reason=f"{limit} searches are possible at a time")
        keep_alive_s = min(max(keep_alive_s, MIN_KEEP_ALIVE_S), MAX_KEEP_ALIVE_S)
        token = secrets.token_hex(16)
        ends_s = self._now_s() + keep_alive_s
        self._sessions[token] = SearchSession(token, account, kind, results, end_ns, keep_alive_s, ends_s)
        return token

    def find(self, account: Account, token: str, kind: str = "") -> SearchSession:
        """Return a session of this kind, and extend its lifetime. Raises ``Fault`` if there is none, or it belongs to
        another account and the caller is no administrator."""
        self._sweep()
        session = self._sessions.get(token)
        is_foreign = session is not None and session.account.name != account.name and account.rank < Rank.ADMIN
        if session is None or is_foreign or kind not in ("", session.kind):
            raise invalid_argument("SearchToken: there is no such search", "InvalidToken")
        session.ends_s = self._now_s() + session.keep_alive_s
        return session

    def end(self, session: SearchSession) -> None:
        """End a session."""
        self._sessions.pop(session.token, None)

    def _sweep(self) -> None:
        now_s = self._now_s()
        self._sessions = {token: session for token, session in self._sessions.items() if session.ends_s > now_s}
