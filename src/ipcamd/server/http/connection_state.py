"""Connection state of HTTP."""

from enum import Enum


class ConnectionState(Enum):
    """State of a connection."""

    IDLE = 0
    """Waiting for a request."""
    READING = 1
    """Receiving a request."""
    HANDLING = 2
    """Running an action, or delaying a response."""
    STREAMING = 3
    """Sending a stream."""
    CLOSING = 4
    """Sending the last response."""
