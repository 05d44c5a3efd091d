"""Handshake queue: limit on concurrent TLS handshakes, in total and per address; the others wait."""

from typing import Protocol

from ipcamd.access.login_throttle import network

MAX_HANDSHAKES = 64
"""Concurrent TLS handshakes in total."""
MAX_HANDSHAKES_PER_ADDRESS = 16
"""Concurrent TLS handshakes per address (IPv6: per /64)."""
TLS_BUFFER_BYTES = 16 * 1024
"""Maximum size of a TLS record."""


class QueuedHandshake(Protocol):
    """TLS handshake that waits for its turn."""

    address: str

    def begin(self) -> None:
        """Start the handshake; call `HandshakeQueue.leave` when it has ended."""

    def reset(self) -> None:
        """Close the connection at once."""


class HandshakeQueue:
    """Limit on concurrent TLS handshakes, in total and per address; the others wait.

    An address with fewer handshakes comes first. When the limit is reached, an address without a handshake replaces the
    oldest one of the address that has the most, so clients that never finish cannot block others.
    """

    def __init__(self, most: int = MAX_HANDSHAKES, most_per_address: int = MAX_HANDSHAKES_PER_ADDRESS) -> None:
        """`most` concurrent handshakes are allowed in total, `most_per_address` of one address."""
        self.buffer = bytearray(TLS_BUFFER_BYTES)
        """Read buffer that all TLS connections of the event loop share."""
        self._most = most
        self._most_per_address = most_per_address
        self._active: dict[str, dict[QueuedHandshake, None]] = {}
        self._waiting: dict[str, dict[QueuedHandshake, None]] = {}
        """Waiting and running handshakes by address, the oldest first."""

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
        return total < self._most and self._count(key) < self._most_per_address

    def _count(self, key: str) -> int:
        return len(self._active.get(key, ()))


def _remove(table: dict[str, dict[QueuedHandshake, None]], key: str, handshake: QueuedHandshake) -> bool:
    """Remove a handshake; return whether it was registered."""
    if handshake not in table.get(key, ()):
        return False
    del table[key][handshake]
    if not table[key]:
        del table[key]
    return True
