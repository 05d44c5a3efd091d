"""Login throttle: blocks addresses that guess passwords, and delays answers to failed logins of a guessed account.

Both tables are bounded; the least recently used entry is dropped.
"""

import logging
import socket
from collections import Counter, deque
from collections.abc import Callable
from math import ceil

from ipcamd.logs import SummaryLog
from ipcamd.store.lru_dict import LruDict

FAILURES = 10
"""Failures within `WITHIN_S` that block an address; after its first block in an hour, half as many."""
WITHIN_S = 60.0
"""Seconds within which failures count for `FAILURES` and `DELAYS_S`."""
BLOCK_S = 10.0
"""Seconds of the first block; each further one is twice as long."""
LONGEST_S = 300.0
"""Longest block, in seconds."""
HOURLY = 80
"""Failures per hour that block a slower address, which limits it to fewer than a hundred guesses per hour."""
HOUR_S = 3600.0
"""Seconds for which the failures of an address are counted together."""
ENTRIES = 4096
"""Maximum number of addresses, and accounts, in memory."""
DELAYS_S = ((40, 4.0), (20, 2.0), (10, 1.0))
"""Failures of an account in a minute, and the delay in seconds of the answer to the next one.

Only failed logins wait, so that guessing never locks out the account's owner.
"""

_log = logging.getLogger(__name__)


class _Address:
    """Failures of one address; those for unknown names count together, as on the account ``None``."""

    __slots__ = ("failures", "hour_began_s", "recent", "strikes", "until_s")

    def __init__(self, now_s: float) -> None:
        self.recent: deque[tuple[float, str | None]] = deque(maxlen=FAILURES)
        self.failures: Counter[str | None] = Counter()
        """Failures in the present hour, by account."""
        self.hour_began_s = now_s
        self.strikes = 0
        self.until_s = 0.0

    def fail(self, now_s: float, account: str | None) -> bool:
        """Count a failure; return whether to block the address from now on."""
        if now_s - self.hour_began_s > HOUR_S:
            self.hour_began_s, self.strikes = now_s, 0
            self.failures.clear()
        self.failures[account] += 1
        self.recent.append((now_s, account))
        enough = FAILURES // 2 if self.strikes else FAILURES
        quick = len(self.recent) >= enough and now_s - self.recent[-enough][0] <= WITHIN_S
        if not quick and self.failures.total() < HOURLY:
            return False
        self.until_s = now_s + min(LONGEST_S, BLOCK_S * 2**self.strikes)
        self.strikes = min(self.strikes + 1, 10)
        self.recent.clear()
        return True

    def forgive(self, account: str) -> bool:
        """Forget the failures for one account; return whether none remain."""
        if self.failures.pop(account, 0):
            self.recent = deque((failure for failure in self.recent if failure[1] != account), FAILURES)
        return not self.failures


class Throttle:
    """Throttle of all services."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        """`now_s` returns seconds on a monotonic clock."""
        self._now_s = now_s
        self._warn = SummaryLog(_log, logging.WARNING, now_s)
        self._addresses = LruDict[str, _Address](ENTRIES)
        self._accounts = LruDict[str, deque[float]](ENTRIES)

    def wait_s(self, address: str) -> int:
        """Return the seconds until this address is unblocked; 0: it is not blocked."""
        if not self._addresses:
            return 0
        entry = self._addresses.get(network(address))
        return max(0, ceil(entry.until_s - self._now_s())) if entry is not None else 0

    def success(self, address: str, account: str) -> None:
        """Forget the failures of this address for this account; those for other accounts remain."""
        if not self._addresses:
            return
        place = network(address)
        entry = self._addresses.get(place)
        if entry is not None and entry.forgive(account):
            del self._addresses[place]

    def failure(self, address: str, account: str | None, user: str) -> float:
        """Count a failed login for `account` (None: unknown) with the name `user`. Return the delay of its answer in
        seconds."""
        now_s = self._now_s()
        place = network(address)
        if self._addresses.touch(place, lambda: _Address(now_s)).fail(now_s, account):
            self._warn("too many wrong logins from %s: refused for %d s", place, self.wait_s(address))
        recent = self._accounts.touch(account or user, lambda: deque(maxlen=DELAYS_S[0][0]))
        recent.append(now_s)
        within = sum(now_s - moment < WITHIN_S for moment in recent)
        return next((delay_s for failures, delay_s in DELAYS_S if within >= failures), 0.0)


def network(address: str) -> str:
    """Return the unit that counts as one address: an IPv4 address, or the /64 of an IPv6 address, which one host can
    own."""
    if ":" not in address:
        return address
    try:
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except OSError:
        return address
    if packed[:12] == bytes(10) + b"\xff\xff":
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return socket.inet_ntop(socket.AF_INET6, packed[:8] + bytes(8)) + "/64"
