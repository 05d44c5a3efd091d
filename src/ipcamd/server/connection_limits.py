"""Limits of the server: viewers, connections and handshakes; and the answer 503 to a connection above them."""

from ipcamd.dataclass import dataclass
from ipcamd.server import handshake_queue
from ipcamd.server.connection_timeouts import ConnectionTimeouts
from ipcamd.wire.rtsp.message import format_response

_TOO_MANY = b"too many connections, to the camera or from this address: close some, or raise --connections\r\n"
HTTP_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nRetry-After: 1\r\n"
    b"Connection: close\r\n\r\n%b"
) % (len(_TOO_MANY), _TOO_MANY)
"""Answer of an HTTP port to a connection above the limits, before its request is read."""
RTSP_REFUSAL = format_response(503, "", (("Retry-After", "1"),))
"""The same of an RTSP port."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, and the time-outs of the counted connections."""

    viewers: int = 1000
    """Viewers over all protocols; above it, 503 (RTSP 453)."""
    connections: int = 12_000
    """Connections in total."""
    connections_per_address: int = 1500
    """Connections per address (IPv6: per /64)."""
    handshakes: int = handshake_queue.MAX_HANDSHAKES
    """Concurrent TLS handshakes."""
    handshakes_per_address: int = handshake_queue.MAX_HANDSHAKES_PER_ADDRESS
    """Concurrent TLS handshakes per address."""
    timeouts: ConnectionTimeouts = ConnectionTimeouts()
