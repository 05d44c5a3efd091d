"""Limits of the server: viewers, connections and handshakes."""

from ipcamd.dataclass import dataclass
from ipcamd.server import handshake_queue
from ipcamd.server.connection_timeouts import ConnectionTimeouts


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, and the time-outs of the counted connections."""

    viewers: int = 1000
    """Viewers over all protocols; above it, 503 (RTSP 453)."""
    connections: int = 12_000
    """Connections in total."""
    connections_per_address: int = 1500
    """Connections per address (IPv6: per /64)."""
    handshakes: int = handshake_queue.MOST
    """Concurrent TLS handshakes."""
    handshakes_per_address: int = handshake_queue.MOST_PER_ADDRESS
    """Concurrent TLS handshakes per address."""
    timeouts: ConnectionTimeouts = ConnectionTimeouts()
