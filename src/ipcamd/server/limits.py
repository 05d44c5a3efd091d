"""Limits of the server: connections, handshakes and time-outs."""

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, bytes and seconds."""

    viewers: int = 1000
    """Viewers over all protocols; above it, 503 (RTSP 453)."""
    connections: int = 12_000
    """Connections in total."""
    connections_per_address: int = 1500
    """Connections per address (IPv6: per /64)."""
    handshakes: int = 64
    """Concurrent TLS handshakes."""
    handshakes_per_address: int = 16
    """Concurrent TLS handshakes per address."""
    head_timeout_s: float = 10.0
    """From the first byte of a request to the end of its header; from accept to the end of the TLS handshake, and from
    there to the first request."""
    request_timeout_s: float = 25.0
    """From the first byte of a request to its last byte; between two pieces of a streamed body."""
    idle_timeout_s: float = 25.0
    """Between two requests on a connection."""
    write_timeout_s: float = 30.0
    """Until the client has read a response."""
    linger_s: float = 2.0
    """Until the client has read a refusal while it is still sending."""
    stall_timeout_s: float = 10.0
    """Until a viewer accepts any bytes."""
