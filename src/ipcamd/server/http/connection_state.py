"""Connection state of HTTP."""

from enum import Enum


class ConnectionState(Enum):
    """From one request to the next, or to the end."""

    IDLE = 0
    """For a request."""
    READING = 1
    """A request, of which something arrived."""
    HANDLING = 2
    """An action is at work, or an answer is held back."""
    STREAMING = 3
    """A stream is being sent."""
    CLOSING = 4
    """The last answer is on its way out."""
