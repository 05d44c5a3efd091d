"""Where a stream's encoded frames meet those who want them."""

import threading
from collections.abc import Callable

from ipcamd.media.frame import Encoded

Subscriber = Callable[[Encoded], None]
"""Called in the event loop with each new frame; must not block."""

LATE = 5_000_000_000
"""How long a picture may be on its way from the source to the hub at most, in nanoseconds."""

MOST_BYTES = 8 << 20
"""The most that `Hub.group` may hold. A longer group is let go, and a key frame is asked for to begin a new one."""


class Hub:
    """One stream's newest frames. Everything but `watched` and `key` belongs to the event loop's thread.

    The encoder runs only while `watched` is set: while there is a subscriber.
    """

    def __init__(self, name: str, demand: Callable[[bool], None] | None = None) -> None:
        """`demand` is told, in the event loop, when the first subscriber came (True) and when the last one left."""
        self.name = name
        self.watched = threading.Event()
        self.key = threading.Event()
        """Somebody waits for a key frame; the encoder makes one at the next picture, at most one a second."""
        self.group: list[Encoded] = []
        """The frames since the last key frame, that one first: what a decoder needs to start now. For JPEG the newest
        picture alone. Empty when nobody watches."""
        self._bytes = 0
        self._since = 0
        self._demand = demand
        self._subscribers: dict[Subscriber, None] = {}

    @property
    def viewers(self) -> int:
        """How many subscribe."""
        return len(self._subscribers)

    def join(self, subscriber: Subscriber) -> list[Encoded]:
        """Subscribe, and return `group`: what to show at once. Empty, or it begins with a key frame."""
        self._subscribers[subscriber] = None
        if not self.watched.is_set():
            self.key.set()
            self.watched.set()
            self._tell(True)
        return self.group

    def leave(self, subscriber: Subscriber) -> None:
        """Unsubscribe; the last one to leave stops the encoder."""
        self._subscribers.pop(subscriber, None)
        if not self._subscribers and self.watched.is_set():
            self.watched.clear()
            self._empty()
            self._tell(False)

    def ask_key(self) -> None:
        """Ask for a key frame soon: for a viewer who lost frames. May be called from any thread."""
        self.key.set()

    def renew(self, since: int = 0) -> None:
        """Keep nothing for newcomers of what was, for it looked different: not what comes late either, captured before
        `since` (nanoseconds of the camera's clock)."""
        self._empty()
        self._since = since

    def publish(self, frame: Encoded) -> None:
        """Hand a frame to every subscriber. Before the first key frame that follows a gap they get what cannot be
        decoded yet; who cannot use that waits for ``frame.key``."""
        if not self._subscribers:
            return
        if frame.key:
            self._empty()
        # a moment long after the capture is no late picture, but a clock that was set
        if (frame.key or self.group) and not 0 < self._since - frame.captured < LATE:
            self.group.append(frame)
            self._bytes += len(frame.payload)
        if self._bytes > MOST_BYTES and len(self.group) > 1:
            self._empty()
            self.key.set()
        for subscriber in tuple(self._subscribers):
            subscriber(frame)

    def _empty(self) -> None:
        self.group = []
        self._bytes = 0

    def _tell(self, watched: bool) -> None:
        if self._demand:
            self._demand(watched)
