"""Metadata hub: notifications as documents for the metadata track (ONVIF Streaming, RTP for Metadata stream)."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from ipcamd.media.codecs import METADATA
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.onvif.events.notification import Notification, notification_node
from ipcamd.onvif.events.producer import NotificationProducer
from ipcamd.onvif.metadata.configuration import metadata_filter
from ipcamd.onvif.soap.writer import node, write_document
from ipcamd.params.onvif import ONVIF_METADATA
from ipcamd.settings.settings import Settings

REPEAT_S = 30.0
"""Seconds between two documents with the complete state, because packets can get lost."""
PAUSE_S = 0.25
"""Shortest interval of such documents, in seconds, independent of the number of requests."""


class MetadataHub(Hub):
    """Sends each notification at once. A document with the state of all properties is a key frame, with which every
    viewer starts. For the event loop."""

    def __init__(self, producer: NotificationProducer, settings: Settings, now_ns: Callable[[], int]) -> None:
        """`now_ns` is the camera's clock."""
        super().__init__(METADATA, demand=self._set_demand)
        self._producer, self._settings, self._now_ns = producer, settings, now_ns
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._stated_s = 0.0
        self._count = 0
        settings.watch(ONVIF_METADATA.name, lambda _: self._write_soon())

    def ask_key(self) -> None:
        """See `Hub`."""
        super().ask_key()
        self._loop.call_soon_threadsafe(self._write_soon)

    def _set_demand(self, is_watched: bool) -> None:
        if is_watched:
            self._producer.listen(self._send)
            self._plan(0.0)
        else:
            self._producer.stop_listening(self._send)
            self._cancel()

    def _write_soon(self) -> None:
        """Send the state soon."""
        if self.subscribers:
            self._plan(max(0.0, self._stated_s + PAUSE_S - self._loop.time()))

    def _plan(self, delay_s: float) -> None:
        self._cancel()
        self._timer = self._loop.call_later(delay_s, self._send_state)

    def _cancel(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _send_state(self) -> None:
        self.key_wanted.clear()
        self._stated_s, now_ns = self._loop.time(), self._now_ns()
        self._send((state.initialized(now_ns) for state in self._producer.states), is_state=True)
        self._plan(REPEAT_S)

    def _send(self, notifications: Iterable[Notification], is_state: bool = False) -> None:
        wanted = metadata_filter(self._settings[ONVIF_METADATA.name])
        passed = [each for each in notifications if wanted.passes(each)]
        if not passed and not is_state:
            return
        self.publish(EncodedFrame(METADATA, write_metadata(passed), is_state, self._now_ns(), self._count))
        self._count += 1
        self.gop_cache.clear()  # later viewers get a new state


def write_metadata(notifications: Sequence[Notification]) -> bytes:
    """Return a document with these notifications."""
    event = node("tt:Event", [notification_node(each) for each in notifications]) if notifications else None
    return write_document("tt:MetadataStream", event)
