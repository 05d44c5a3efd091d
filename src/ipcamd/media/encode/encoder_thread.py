"""Encoder thread of one stream: encodes the newest picture for one hub while the hub has subscribers."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ipcamd.media.frame import EncodedFrame
from ipcamd.media.latest_value import LatestValue
from ipcamd.media.meter import Meter
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.publisher import Publisher
from ipcamd.media.stream_settings import StreamSettings
from ipcamd.wire.sdk_header import Status

if TYPE_CHECKING:  # brings PyAV
    from ipcamd.media.image.scale import ProcessedFrame

_log = logging.getLogger(__name__)

_RETRY_S = 1.0
"""From an encoder's failure to the next attempt."""


class EncoderThread:
    """Encodes for one hub. Its frame counter never starts again while the camera runs."""

    def __init__(
        self, hub: Hub, settings: StreamSettings, clock_ns: Callable[[], int], status: Callable[[], Status]
    ) -> None:
        """`clock_ns` is the camera's clock, `status` gives motion levels, inputs and output. Both are called in the
        thread."""
        self.hub = hub
        self.settings = settings
        """May be replaced at any time; takes effect with the next picture."""
        self.latest: LatestValue[ProcessedFrame] = LatestValue()
        self.meter = Meter()
        self._clock_ns = clock_ns
        self._status = status
        self._counter = 0
        self._since_key = 0
        """Pictures since the last key frame."""

    def run(self, publisher: Publisher) -> None:
        """Encode until `latest` is closed or not wanted for a while; to be run in a thread."""
        while self.latest.wait_until_wanted():
            try:
                self._encode(publisher)
            except Exception:  # no failure of an encoder ends the stream
                _log.exception("stream %s: the encoder failed and is restarted", self.hub.name)
                self.latest.sleep(_RETRY_S)

    def _encode(self, publisher: Publisher) -> None:
        """Encode while pictures are wanted."""
        from ipcamd.media.encode.encode_session import EncodeSession

        session = None
        while processed := self.latest.take():
            began = time.thread_time()
            if session is None or session.settings != self.settings:
                session = EncodeSession(self.settings)
            if done := session.encode(processed, self.hub.key_wanted):
                frame = self._make_frame(session.settings, processed.captured_ns, *done)
                self.meter.count(
                    len(frame.payload), time.thread_time() - began, (self._clock_ns() - processed.captured_ns) / 1e9
                )
                publisher.send(frame)

    def _make_frame(self, settings: StreamSettings, captured_ns: int, payload: bytes, key: bool) -> EncodedFrame:
        self._since_key = 0 if key else self._since_key + 1
        counter, self._counter = self._counter, (self._counter + 1) % (1 << 32)
        return EncodedFrame(
            codec=settings.codec,
            payload=payload,
            key=key,
            captured_ns=captured_ns,
            counter=counter,
            size=settings.size,
            rate=settings.rate,
            gop=settings.gop,
            since_key=self._since_key,
            quality=settings.quality,
            status=self._status(),
        )
