"""Publish/subscribe hub for one stream's encoded frames."""

import asyncio
import threading
from collections.abc import Callable

from ipcamd.media.codecs import Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.mask.mask import RequiredMasks
from ipcamd.media.stream.gop_cache import GopCache

Subscriber = Callable[[EncodedFrame], None]
"""Called in the event loop with each new frame; must not block."""


class Hub:
    """The newest frames of one stream. All except `watched` and `key_wanted` belong to the event loop's thread.

    The encoder runs only while `watched` is set: while there is a subscriber.
    """

    def __init__(
        self,
        codec: Codec,
        name: str = "",
        demand: Callable[[bool], None] = lambda _: None,
        linger_s: Callable[[], float] = float,
    ) -> None:
        """`name` is the stream's, by default the codec's. `demand` is called, in the event loop, with True for the
        first subscriber, with False after the last one, and with False when `lingers` ends. `linger_s` returns for how
        long the frames may continue after the last subscriber, in seconds; 0: not at all."""
        self.codec = codec
        self.name = name or codec.name
        self.watched = threading.Event()
        self.key_wanted = threading.Event()
        """Set while a subscriber waits for a key frame. The encoder makes at most one per second."""
        self.gop_cache = GopCache()
        """Empty while there are no subscribers, unless it lingers."""
        self.required_masks = RequiredMasks()
        """Masks that a picture must have to be published."""
        self._demand = demand
        self._linger_s = linger_s
        self._linger_timer: asyncio.TimerHandle | None = None
        self._subscribers: dict[Subscriber, None] = {}

    @property
    def gop(self) -> list[EncodedFrame]:
        """The frames since the last key frame, which comes first: a decoder can start with them."""
        return self.gop_cache.frames

    @property
    def subscribers(self) -> int:
        """Number of subscribers."""
        return len(self._subscribers)

    @property
    def lingers(self) -> bool:
        """Whether frames are stored in `gop` although there are no subscribers: the next one starts at once."""
        return self._linger_timer is not None

    def subscribe(self, subscriber: Subscriber) -> list[EncodedFrame]:
        """Subscribe, and return `gop`, the first frames to show: empty, or starting with a key frame."""
        self._subscribers[subscriber] = None
        if not self.watched.is_set():
            self._begin()
        return self.gop

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Unsubscribe; after the last subscriber the encoder stops."""
        self._subscribers.pop(subscriber, None)
        if not self._subscribers and self.watched.is_set():
            self.watched.clear()
            if linger_s := self._linger_s():
                self._linger_timer = asyncio.get_running_loop().call_later(linger_s, self.end_linger)
            else:
                self.gop_cache.clear()
            self._demand(False)

    def end_linger(self) -> None:
        """Stop the frames if there are no subscribers."""
        if self._linger_timer:
            self._linger_timer.cancel()
            self._linger_timer = None
            self.gop_cache.clear()
            self._demand(False)

    def _begin(self) -> None:
        if not self._linger_s():  # what it passed through is no longer what a viewer may see
            self.end_linger()
        if self._linger_timer:
            self._linger_timer.cancel()
            self._linger_timer = None
        else:
            self.key_wanted.set()
        self.watched.set()
        self._demand(True)

    def ask_key(self) -> None:
        """Request a key frame for a viewer that lost frames. May be called from any thread."""
        self.key_wanted.set()

    def invalidate(self, since_ns: int = 0) -> None:
        """Drop the GOP, because the picture changed: new subscribers must not get it. See `GopCache.invalidate`."""
        self.gop_cache.invalidate(since_ns)

    def require_masks(self, version: int) -> None:
        """Drop the pictures with an earlier version of the masks, including those that arrive later."""
        if self.required_masks.require(version):
            self.gop_cache.clear()

    def publish(self, frame: EncodedFrame) -> None:
        """Pass a frame to every subscriber.

        After a gap, frames before the first key frame cannot be decoded; a subscriber that cannot use them waits for
        ``frame.key``.
        """
        if not (self._subscribers or self.lingers) or not self.required_masks.permit(frame.mask_version):
            return
        if not self.gop_cache.add(frame):
            self.key_wanted.set()
        for subscriber in tuple(self._subscribers):
            subscriber(frame)
