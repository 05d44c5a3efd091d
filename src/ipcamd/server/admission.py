"""Admission control: IP filter (SDK 7) and limits on connections, at accept."""

import enum
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

from ipcamd.access.login_throttle import network
from ipcamd.server.admission_queue import AdmissionQueue
from ipcamd.server.connection_limits import Limits
from ipcamd.server.handshake_queue import HandshakeQueue

GRACE_S = 1.0
"""Seconds in which a connection is not replaced: for its first byte, for its login after that, and after a response."""
CANDIDATES = 16
"""Connections that are considered for replacement at once, the oldest first."""


class Resettable(Protocol):
    """Connection that can be closed to make room for another one."""

    @property
    def is_unheard(self) -> bool:
        """Whether it has sent something that the camera has not handled yet."""

    def reset(self) -> None:
        """Close at once with a TCP reset; unsent data is lost."""


class Verdict(enum.Enum):
    """Answer to a new connection."""

    ADMITTED = enum.auto()
    MUST_WAIT = enum.auto()
    """Another connection makes room soon."""
    REFUSED = enum.auto()


class Admission:
    """Connection limits shared by all services, in total and per address.

    When a limit is reached, a new connection replaces the oldest one that has not sent a request with a login, or else
    the oldest one that is idle after a response. Silent clients cannot block others. The age of a connection counts
    from its first byte, or from accept while it is silent.

    A connection is not replaced within `GRACE_S`, or before the camera has handled what it sent, so that no client
    loses its first request, however slow camera and client are. New connections wait meanwhile.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        allows: Callable[[str], bool] = lambda _: True,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`allows` returns whether an IP address may connect (IP filter, SDK 7). `now_s` returns monotonic seconds."""
        self.limits = limits or Limits()
        self.allows = allows
        self.waiting = AdmissionQueue()
        self.ends_with_process = False
        """Whether the process ends when the services have closed."""
        self.handshakes = HandshakeQueue(self.limits.handshakes, self.limits.handshakes_per_address)
        self.connections = 0
        """Open connections."""
        self._addresses: Counter[str] = Counter()
        self._silent = _Replaceable(now_s)
        self._idle = _Replaceable(now_s)

    def admit(self, address: str, at_once: bool = False) -> Verdict:
        """Count a new connection if it is admitted; `release` it once. `at_once`: it cannot wait."""
        key = network(address)
        verdict = Verdict.ADMITTED
        if self._addresses[key] >= self.limits.connections_per_address:
            verdict = self._make_room(key, at_once)
        elif self.connections >= self.limits.connections:
            verdict = self._make_room(None, at_once)
        if verdict is Verdict.ADMITTED:
            self.connections += 1
            self._addresses[key] += 1
        return verdict

    def release(self, address: str) -> None:
        """Remove a connection that has ended from the counts."""
        key = network(address)
        self.connections -= 1
        self._addresses[key] -= 1
        if not self._addresses[key]:
            del self._addresses[key]

    def expect_request(self, address: str, connection: Resettable) -> None:
        """Register a connection that has not sent a request yet."""
        self._silent.add(network(address), connection)

    def note_request(self, connection: Resettable) -> None:
        """Register that a connection is handling a request, or has ended."""
        self._silent.discard(connection)
        self._idle.discard(connection)

    def note_idle(self, address: str, connection: Resettable) -> None:
        """Register that a connection is idle; one that has not sent a login stays in its class."""
        if connection not in self._silent:
            self._idle.add(network(address), connection)

    def _make_room(self, key: str | None, at_once: bool) -> Verdict:
        """Reset a connection, of the address `key` if it is given."""
        connections = self._silent if self._silent.has_any(key) else self._idle
        if not connections.has_any(key):
            return Verdict.REFUSED
        if (oldest := connections.oldest(key, at_once)) is None:
            return Verdict.MUST_WAIT
        self.note_request(oldest)
        oldest.reset()
        return Verdict.ADMITTED


class _Replaceable:
    """Connections that may be replaced, the oldest first, in total and by address."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._keys: dict[Resettable, str] = {}
        self._by_address: dict[str, dict[Resettable, float]] = {}
        """The times from which they may be replaced."""

    def __contains__(self, connection: Resettable) -> bool:
        return connection in self._keys

    def add(self, key: str, connection: Resettable) -> None:
        """Add a connection from the address `key`."""
        self._keys[connection] = key
        self._by_address.setdefault(key, {})[connection] = self._now_s() + GRACE_S

    def discard(self, connection: Resettable) -> None:
        """Remove a connection if it is registered."""
        if (key := self._keys.pop(connection, None)) is not None:
            del self._by_address[key][connection]
            if not self._by_address[key]:
                del self._by_address[key]

    def has_any(self, key: str | None) -> bool:
        """Return whether there is any, of the address `key` if it is given."""
        return bool(self._keys) if key is None else key in self._by_address

    def oldest(self, key: str | None, at_once: bool) -> Resettable | None:
        """Return the oldest connection that may be replaced now, of the address `key` if it is given; `at_once`: if
        there is none, the oldest one."""
        fallback = next(self._in_order(key), None) if at_once else None
        return next(filter(self._has_had_time, islice(self._in_order(key), CANDIDATES)), fallback)

    def _in_order(self, key: str | None) -> Iterator[Resettable]:
        return iter(self._keys if key is None else self._by_address.get(key, ()))

    def _has_had_time(self, connection: Resettable) -> bool:
        due_s = self._by_address[self._keys[connection]][connection]
        return due_s <= self._now_s() and not connection.is_unheard
