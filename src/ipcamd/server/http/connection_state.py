"""Connection state of HTTP."""

from enum import Enum


class Phase(Enum):
    """From one request to the next, or to the end."""

    WAITING = 0
    """For a request."""
    READING = 1
    """A request, of which something arrived."""
    WORKING = 2
    """An action is at work, or an answer is held back."""
    VIEWING = 3
    """A stream is being sent."""
    LEAVING = 4
    """The last answer is on its way out."""
