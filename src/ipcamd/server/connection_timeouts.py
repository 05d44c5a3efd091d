"""Time-outs of connections and requests, for every protocol of the server."""

from ipcamd.dataclass import dataclass

STALL_TIMEOUT_S = 10.0
"""Until a viewer accepts any bytes; then it is disconnected."""
REPLAY_STALL_S = 60.0
"""The same for a client that replays recordings at its own speed, and may stop reading."""


@dataclass(frozen=True, slots=True)
class ConnectionTimeouts:
    """Longest durations, in seconds."""

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
    stall_timeout_s: float = STALL_TIMEOUT_S
