"""Stream input: pictures to encode and packets to pass through, in order, for the thread of one stream."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ipcamd.media.frame import Packet
from ipcamd.media.latest_value import LatestValue

if TYPE_CHECKING:  # imports PyAV
    from ipcamd.media.image.scale import ProcessedFrame

MAX_WAITING = 60
"""Most packets that may wait: two seconds. Further ones are dropped."""


class StreamInput(LatestValue["Packet | ProcessedFrame"]):
    """A picture replaces a waiting one; a packet does not, because later packets depend on it."""

    def __init__(self) -> None:
        super().__init__()
        self.starts = 0
        """How often items became wanted."""
        self._continuous = False
        """Whether the last item was a packet, without a gap after it."""
        self._pass_on: Callable[[Packet], None] | None = None
        """Takes packets while the thread of the stream waits."""

    def set_wanted(self, wanted: bool) -> None:
        """Set whether items are wanted. The first packet must then be a key frame."""
        with self._changed:
            self._continuous = False
            self.starts += wanted
        super().set_wanted(wanted)

    def take_or_pass(self, pass_on: Callable[[Packet], None]) -> "Packet | ProcessedFrame | None":
        """See `take`. While it waits, `pass_on` is called with each packet in the thread of the source, so that this
        thread need not wake up."""
        with self._changed:
            self._pass_on = pass_on
            try:
                return self.take()
            finally:
                self._pass_on = None

    def append(self, packet: Packet) -> bool:
        """Add or pass on a packet; return False if it is unusable, so that the next one must be a key frame."""
        with self._changed:
            if len(self._items) >= MAX_WAITING:
                self._items.clear()
                self._continuous = False
            self._continuous = self._wanted and (packet.key or self._continuous)
            if self._continuous and self._pass_on and not self._items:
                self._pass_on(packet)
            elif self._continuous:
                self._items.append(packet)
                self._changed.notify_all()
            return self._continuous

    def _make_room(self) -> None:
        self._continuous = False
        if self._items and not isinstance(self._items[-1], Packet):
            self._items.pop()
