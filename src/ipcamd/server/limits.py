"""Limits of the server: how much it takes on, and how long it waits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, bytes and seconds."""

    viewers: int = 1000
    """Streams being watched, over all protocols; beyond: 503 (RTSP 453)."""
    other_connections: int = 1000
    """Connections besides: snapshots and CGIs are answered while all viewers' places are taken."""
    reserved_for_others: int = 500
    """Connections that one address cannot take, so that somebody else still gets in."""
    handshakes: int = 64
    """TLS handshakes at once."""
    handshakes_per_address: int = 16
    head_timeout_s: float = 10.0
    """For a request's line and fields, from its first byte; for a new connection, from its start, TLS included."""
    request_timeout_s: float = 25.0
    """For the whole request, from its first byte; for a streamed body, from piece to piece."""
    idle_timeout_s: float = 25.0
    """Between two requests."""
    write_timeout_s: float = 30.0
    """For the client to take an answer."""
    linger_s: float = 2.0
    """For the client to take a refusal while it is still sending."""
    stall_timeout_s: float = 10.0
    """For a viewer to take anything at all."""

    @property
    def connections(self) -> int:
        """All connections together."""
        return self.viewers + self.other_connections

    @property
    def connections_per_address(self) -> int:
        """Connections of one address."""
        return self.connections - self.reserved_for_others
