"""Encoder thread of one stream: encodes the newest picture for one hub, or passes packets through, while the hub has
subscribers."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from ipcamd.media.encode.encoder_choice import EncoderChoice, MakeStreamEncoder
from ipcamd.media.encode.stream_input import StreamInput
from ipcamd.media.frame import EncodedFrame, Packet, SessionPicture
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.publisher import Publisher
from ipcamd.media.stream.stream_meter import StreamMeter
from ipcamd.media.stream.stream_settings import StreamSettings
from ipcamd.wire.payload_header import Status

if TYPE_CHECKING:  # imports PyAV
    from ipcamd.media.encode.encode_session import EncodeSession
    from ipcamd.media.image.scale import ProcessedFrame

_log = logging.getLogger(__name__)


class EncoderThread:
    """Encodes for one hub. Its frame counter never restarts while the camera runs."""

    def __init__(
        self,
        hub: Hub,
        settings: StreamSettings,
        clock_ns: Callable[[], int],
        status: Callable[[], Status],
        make_encoder: MakeStreamEncoder | None = None,
    ) -> None:
        """`clock_ns` is the camera's clock, `status` returns motion levels, inputs and output. Both are called in this
        thread, or in the source's while this one waits. `make_encoder` makes the encoders (see `EncoderChoice.make`);
        None: in software."""
        self.hub = hub
        self.settings = settings
        """May be replaced at any time; takes effect with the next picture."""
        self.input = StreamInput()
        self.meter = StreamMeter()
        self._clock_ns = clock_ns
        self._status = status
        self._make_encoder = make_encoder or EncoderChoice().make
        self._session: EncodeSession | None = None
        """The present encoder; None while packets are passed through."""
        self._mask_version = -1
        """Version of the masks that cover its pictures."""
        self._counter = count()
        self._since_key = 0
        """Pictures since the last key frame."""

    def run(self, publisher: Publisher) -> None:
        """Encode until `input` is closed or unused for a while; to be run in a thread."""
        log_failure = partial(_log.exception, "stream %s: the encoder failed and is restarted", self.hub.name)
        self.input.run(partial(self._encode, publisher), log_failure)

    def _encode(self, publisher: Publisher) -> None:
        """Encode or pass through while pictures are wanted."""
        pass_on = partial(self._pass_on, publisher)
        try:
            while item := self.input.take_or_pass(pass_on):
                if isinstance(item, Packet):
                    pass_on(item)
                else:
                    self._encode_picture(publisher, item)
        finally:
            self._session = None

    def _encode_picture(self, publisher: Publisher, item: "ProcessedFrame") -> None:
        now_s = time.thread_time()
        session = self._session
        # new masks start with a key frame: no picture may refer to older ones, which they do not cover
        if session is None or session.settings != self.settings or item.mask_version != self._mask_version:
            session = self._start_session(publisher, item.mask_version)
        for picture in session.encode(item, self.hub.key_wanted):
            frame = self._make_frame(session.settings, picture)
            began_s, now_s = now_s, time.thread_time()
            self._publish(publisher, frame, now_s - began_s)

    def _start_session(self, publisher: Publisher, mask_version: int) -> "EncodeSession":
        from ipcamd.media.encode.encode_session import EncodeSession

        self._end_session(publisher)
        self._session, self._mask_version = EncodeSession(self.settings, self._make_encoder), mask_version
        return self._session

    def _end_session(self, publisher: Publisher) -> None:
        """Publish the pictures that are still in the encoder."""
        session, self._session = self._session, None
        if session:
            for picture in session.drain(self.hub.key_wanted):
                self._publish(publisher, self._make_frame(session.settings, picture), 0.0)

    def _pass_on(self, publisher: Publisher, packet: Packet) -> None:
        """Publish a packet: in this thread, or in the source's while this one waits."""
        self._end_session(publisher)
        if packet.key:
            self.hub.key_wanted.clear()
        settings = self.settings
        if settings.size != packet.size:
            settings = replace(settings, size=packet.size)
        self._publish(publisher, self._make_frame(settings, packet))

    def _publish(self, publisher: Publisher, frame: EncodedFrame, work_s: float | None = None) -> None:
        """`work_s` is the processor time of encoding; None for a packet."""
        delay_s = (self._clock_ns() - frame.captured_ns) / 1e9
        self.meter.count(work_s, delay_s)
        publisher.send(frame)

    def _make_frame(self, settings: StreamSettings, picture: SessionPicture | Packet) -> EncodedFrame:
        self._since_key = 0 if picture.key else self._since_key + 1
        return EncodedFrame(
            codec=settings.codec,
            payload=picture.payload,
            key=picture.key,
            captured_ns=picture.captured_ns,
            mask_version=picture.mask_version,
            counter=next(self._counter) % (1 << 32),
            size=settings.size,
            rate=settings.rate,
            gop=settings.gop,
            since_key=self._since_key,
            quality=settings.quality,
            status=self._status(),
        )
