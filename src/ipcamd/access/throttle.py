"""Slows down whoever guesses passwords: refuses an address for a while, holds back answers about an account.

Both tables are bounded; whoever was not heard of for longest is forgotten first.
"""

import logging
import socket
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil
from typing import Generic, TypeVar

FAILURES = 10
"""So many failures of an address ..."""
WITHIN = 60.0
"""... in so many seconds ..."""
BLOCK = 10.0
"""... are answered by refusing it for so many seconds ..."""
LONGEST = 300.0
"""... doubled each time, up to this. After the first time, half as many failures suffice."""
HOURLY = 80
"""An address that keeps below that rate is refused after so many failures in an hour: nobody tries a hundred."""
HOUR = 3600.0
ENTRIES = 4096
"""The most addresses, and accounts, that are remembered."""
DELAYS = ((40, 4.0), (20, 2.0), (10, 1.0))
"""Failures of an account in a minute, and for how many seconds the answer to the next one is held back then. Only
failures wait: the owner of the account is never locked out by somebody who guesses."""

_log = logging.getLogger(__name__)

T = TypeVar("T")


class _Table(OrderedDict[str, T], Generic[T]):
    """At most `ENTRIES`, the one touched longest ago goes first."""

    def touch(self, key: str, make: Callable[[], T]) -> T:
        """Return the entry, made if it is missing, as the newest."""
        entry = self.get(key)
        if entry is None:
            entry = self[key] = make()
            if len(self) > ENTRIES:
                self.popitem(last=False)
        self.move_to_end(key)
        return entry


class _Address:
    """What is remembered of an address that failed."""

    __slots__ = ("hour", "hourly", "recent", "strikes", "until")

    def __init__(self, now: float) -> None:
        self.recent: deque[float] = deque(maxlen=FAILURES)
        self.strikes = 0
        self.until = 0.0
        self.hour = now
        self.hourly = 0

    def fail(self, now: float) -> bool:
        """Count a failure; True if the address is to be refused from now on."""
        if now - self.hour > HOUR:
            self.hour, self.hourly, self.strikes = now, 0, 0
        self.hourly += 1
        self.recent.append(now)
        enough = FAILURES // 2 if self.strikes else FAILURES
        if self.hourly < HOURLY and (len(self.recent) < enough or now - self.recent[-enough] > WITHIN):
            return False
        self.until = now + min(LONGEST, BLOCK * 2**self.strikes)
        self.strikes = min(self.strikes + 1, 10)
        self.recent.clear()
        return True


class Throttle:
    """One for all services of the camera."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now`: seconds on a clock that never jumps."""
        self._now = now
        self._addresses: _Table[_Address] = _Table()
        self._accounts: _Table[deque[float]] = _Table()

    def wait(self, address: str) -> int:
        """Return for how many more seconds this address is refused; 0: it is not."""
        if not self._addresses:
            return 0
        entry = self._addresses.get(network(address))
        return max(0, ceil(entry.until - self._now())) if entry is not None else 0

    def success(self, address: str) -> None:
        """A login from there was right: what it failed before is forgotten."""
        if self._addresses:
            self._addresses.pop(network(address), None)

    def failure(self, address: str, account: str) -> float:
        """Count a wrong login; return for how many seconds its answer is to be held back."""
        now = self._now()
        place = network(address)
        if self._addresses.touch(place, lambda: _Address(now)).fail(now):
            _log.warning("too many wrong logins from %s: refused for %d s", place, self.wait(address))
        recent = self._accounts.touch(account, lambda: deque(maxlen=DELAYS[0][0]))
        recent.append(now)
        within = sum(now - moment < WITHIN for moment in recent)
        return next((delay for failures, delay in DELAYS if within >= failures), 0.0)


def network(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 of an IPv6 one, all of which one host can use."""
    if ":" not in address:
        return address
    try:
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except OSError:
        return address
    if packed[:12] == bytes(10) + b"\xff\xff":
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return socket.inet_ntop(socket.AF_INET6, packed[:8] + bytes(8)) + "/64"
