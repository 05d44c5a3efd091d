"""Connection state of HTTP."""

from enum import Enum


class ConnectionState(Enum):
    """State of a connection."""

    IDLE = 0
    """Waits for a request."""
    READING = 1
    """A request has begun to arrive."""
    HANDLING = 2
    """An action runs, or a response is delayed."""
    STREAMING = 3
    """A stream is being sent."""
    CLOSING = 4
    """The last response is being sent."""
