"""Admission control: IP filter (SDK 7) and limits on connections, at accept, and on concurrent TLS handshakes."""

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from ipcamd.access.throttle import network
from ipcamd.server.limits import Limits

TLS_BUFFER_BYTES = 16 * 1024
"""Maximum size of a TLS record."""


class QueuedHandshake(Protocol):
    """TLS handshake that waits for its turn."""

    address: str

    def begin(self) -> None:
        """Start; call `HandshakeQueue.leave` when it has ended."""

    def reset(self) -> None:
        """Close the connection at once."""


class Resettable(Protocol):
    """Connection that can be closed to make room for another one."""

    def reset(self) -> None:
        """Close the connection at once."""


class Admission:
    """Connection limits shared by all services, in total and per address.

    When a limit is reached, a new connection replaces the oldest one that has not sent a request yet. Silent clients
    cannot keep others out.
    """

    def __init__(self, limits: Limits | None = None, allows: Callable[[str], bool] = lambda _: True) -> None:
        """`allows` tells whether an IP address may connect: the IP filter (SDK 7)."""
        self.limits = limits or Limits()
        self.allows = allows
        self.handshakes = HandshakeQueue(self.limits)
        self._total = 0
        self._addresses: Counter[str] = Counter()
        self._silent: dict[str, dict[Resettable, None]] = {}
        """Connections that have not sent a request yet, by address, the oldest first."""

    def admit(self, address: str) -> bool:
        """Count a new connection; `release` it once. Return False if a limit is reached."""
        key = network(address)
        if self._addresses[key] >= self.limits.connections_per_address:
            if not self._make_room(key):
                return False
        elif self._total >= self.limits.connections:
            noisiest = max(self._silent, key=lambda each: len(self._silent[each]), default="")
            if not self._make_room(noisiest):
                return False
        self._total += 1
        self._addresses[key] += 1
        return True

    def release(self, address: str) -> None:
        """Uncount a connection that has ended."""
        key = network(address)
        self._total -= 1
        self._addresses[key] -= 1
        if not self._addresses[key]:
            del self._addresses[key]

    def expect_request(self, address: str, connection: Resettable) -> None:
        """Register a connection that has not sent a request yet."""
        self._silent.setdefault(network(address), {})[connection] = None

    def note_request(self, address: str, connection: Resettable) -> None:
        """Register its first request, or its end."""
        key = network(address)
        silent = self._silent.get(key, {})
        silent.pop(connection, None)
        if not silent:
            self._silent.pop(key, None)

    def _make_room(self, key: str) -> bool:
        oldest = next(iter(self._silent.get(key, ())), None)
        if oldest is None:
            return False
        self.note_request(key, oldest)
        oldest.reset()
        return True


class HandshakeQueue:
    """Limit on concurrent TLS handshakes, in total and per address; the others wait.

    An address with fewer handshakes comes first. When all are taken, an address without one replaces the oldest
    handshake of the address that has the most: clients that never finish cannot keep others out.
    """

    def __init__(self, limits: Limits) -> None:
        self.buffer = bytearray(TLS_BUFFER_BYTES)
        """Read buffer that all TLS connections of the event loop share."""
        self._limits = limits
        self._active: dict[str, dict[QueuedHandshake, None]] = {}
        self._waiting: dict[str, dict[QueuedHandshake, None]] = {}
        """Both by address, the oldest first."""

    def enter(self, handshake: QueuedHandshake) -> None:
        """Begin the handshake now, or when others have ended."""
        key = network(handshake.address)
        self._waiting.setdefault(key, {})[handshake] = None
        self._begin(key)
        if key in self._waiting and key not in self._active:
            self._make_room()
            self._begin(key)

    def leave(self, handshake: QueuedHandshake) -> None:
        """Remove a handshake that has ended or is cancelled."""
        key = network(handshake.address)
        _remove(self._waiting, key, handshake)
        if _remove(self._active, key, handshake):
            for waiting in sorted(self._waiting, key=self._count):
                self._begin(waiting)

    def _begin(self, key: str) -> None:
        while key in self._waiting and self._is_free(key):
            handshake = next(iter(self._waiting[key]))
            _remove(self._waiting, key, handshake)
            self._active.setdefault(key, {})[handshake] = None
            handshake.begin()

    def _make_room(self) -> None:
        busiest = max(self._active, key=self._count, default="")
        if self._count(busiest) > 1:
            oldest = next(iter(self._active[busiest]))
            _remove(self._active, busiest, oldest)
            oldest.reset()

    def _is_free(self, key: str) -> bool:
        total = sum(map(len, self._active.values()))
        return total < self._limits.handshakes and self._count(key) < self._limits.handshakes_per_address

    def _count(self, key: str) -> int:
        return len(self._active.get(key, ()))


def _remove(table: dict[str, dict[QueuedHandshake, None]], key: str, handshake: QueuedHandshake) -> bool:
    """Remove a handshake; return whether it was there."""
    if handshake not in table.get(key, ()):
        return False
    del table[key][handshake]
    if not table[key]:
        del table[key]
    return True
