"""Where a stream's encoded frames meet those who want them."""

import threading
from collections.abc import Callable

from ipcamd.media.frame import Encoded

Subscriber = Callable[[Encoded], None]
"""Called in the event loop with each new frame; must not block."""


class Hub:
    """One stream's newest frames. Everything but `watched` belongs to the event loop's thread.

    The encoder runs only while `watched` is set: while there is a subscriber.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.watched = threading.Event()
        self.group: list[Encoded] = []
        """The frames since the last key frame, that one first: what a decoder needs to start now. For JPEG the newest
        picture alone. Emptied when nobody watches any more."""
        self._subscribers: dict[Subscriber, None] = {}

    def join(self, subscriber: Subscriber) -> list[Encoded]:
        """Subscribe, and return `group`: what to show at once."""
        self._subscribers[subscriber] = None
        self.watched.set()
        return self.group

    def leave(self, subscriber: Subscriber) -> None:
        """Unsubscribe; the last one to leave stops the encoder."""
        self._subscribers.pop(subscriber, None)
        if not self._subscribers:
            self.watched.clear()
            self.group = []

    def publish(self, frame: Encoded) -> None:
        """Hand a frame to every subscriber."""
        if not self._subscribers:
            return
        if frame.key:
            self.group = []
        self.group.append(frame)
        for subscriber in tuple(self._subscribers):
            subscriber(frame)
