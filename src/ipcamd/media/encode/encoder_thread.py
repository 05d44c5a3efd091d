"""One stream: the thread that encodes the newest picture for one hub, while the hub is watched."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ipcamd.media.frame import Encoded
from ipcamd.media.latest_value import LatestValue
from ipcamd.media.meter import Meter
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.publisher import Publisher
from ipcamd.media.stream_settings import StreamSettings
from ipcamd.wire.payload import Status

if TYPE_CHECKING:  # brings PyAV
    from ipcamd.media.image.scale import ProcessedFrame

_log = logging.getLogger(__name__)

_REST = 1.0
"""Seconds between an encoder's failure and the next attempt."""


class EncoderThread:
    """Encodes for one hub. Its counter goes on for as long as the camera runs."""

    def __init__(
        self, hub: Hub, settings: StreamSettings, clock_ns: Callable[[], int], status: Callable[[], Status]
    ) -> None:
        """`clock_ns` is the camera's clock, `status` says what its senses say; both are called in the thread."""
        self.hub = hub
        self.settings = settings
        """May be replaced at any time; acts from the next picture."""
        self.latest: LatestValue[ProcessedFrame] = LatestValue()
        self.meter = Meter()
        self._clock_ns = clock_ns
        self._status = status
        self._counter = 0
        self._since_key = 0
        """Pictures since the last key frame."""

    def run(self, publisher: Publisher) -> None:
        """Encode until `latest` is closed or not wanted for a while; for a thread."""
        while self.latest.wait():
            try:
                self._watched(publisher)
            except Exception:  # the stream outlives whatever one encoder does
                _log.exception("stream %s: the encoder failed and is started anew", self.hub.name)
                self.latest.rest(_REST)

    def _watched(self, publisher: Publisher) -> None:
        """Encode for as long as somebody watches."""
        from ipcamd.media.encode.encode_session import EncodeSession

        session = None
        while processed := self.latest.take():
            began = time.thread_time()
            if session is None or session.settings != self.settings:
                session = EncodeSession(self.settings)
            if done := session.encode(processed, self.hub.key):
                frame = self._frame(session.settings, processed.captured_ns, *done)
                self.meter.count(
                    len(frame.payload), time.thread_time() - began, (self._clock_ns() - processed.captured_ns) / 1e9
                )
                publisher.send(frame)

    def _frame(self, settings: StreamSettings, captured_ns: int, payload: bytes, key: bool) -> Encoded:
        self._since_key = 0 if key else self._since_key + 1
        counter, self._counter = self._counter, (self._counter + 1) % (1 << 32)
        return Encoded(
            codec=settings.codec,
            payload=payload,
            key=key,
            captured_ns=captured_ns,
            counter=counter,
            size=settings.size,
            rate=settings.rate,
            gop=settings.group,
            since_key=self._since_key,
            quality=settings.quality,
            status=self._status(),
        )
