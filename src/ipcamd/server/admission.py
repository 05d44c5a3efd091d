"""Admission control: IP filter (SDK 7) and connection limits, applied at accept, before a byte is read."""

from collections import Counter, deque
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
    """Limit on concurrent TLS handshakes, in total and per address; the others wait."""

    def __init__(self, limits: Limits) -> None:
        self.buffer = bytearray(TLS_BUFFER_BYTES)
        """Read buffer that all TLS connections of the event loop share."""
        self._limits = limits
        self._active: Counter[str] = Counter()
        self._waiting: deque[QueuedHandshake] = deque()

    def enter(self, handshake: QueuedHandshake) -> None:
        """Begin the handshake now, or when others have ended."""
        self._waiting.append(handshake)
        self._begin()

    def leave(self, handshake: QueuedHandshake) -> None:
        """Remove a handshake that has ended or is cancelled."""
        if handshake in self._waiting:
            self._waiting.remove(handshake)
        else:
            self._active[network(handshake.address)] -= 1
            self._active += Counter()  # drops the zeros
            self._begin()

    def _begin(self) -> None:
        for handshake in tuple(self._waiting):
            key = network(handshake.address)
            if self._active.total() >= self._limits.handshakes:
                return
            if self._active[key] < self._limits.handshakes_per_address:
                self._waiting.remove(handshake)
                self._active[key] += 1
                handshake.begin()
