"""Audio stream: the microphone's sound in a codec other than u-law, encoded once for all listeners."""

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.media.audio.audio_framer import AudioBlock
from ipcamd.media.audio.microphone import Microphone
from ipcamd.media.codecs import Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.workers.thread import WorkerThread

if TYPE_CHECKING:  # imported with the first encoder
    from ipcamd.media.audio_encoders import AudioEncoder, EncodedAudio

MAX_WAITING = 50
"""Blocks that may wait for the encoder, 2 s; more are dropped."""

_log = logging.getLogger(__name__)


class AudioStream:
    """One codec's hub. For the event loop; the encoder has a thread of its own."""

    def __init__(self, codec: Codec, microphone: Microphone) -> None:
        self.hub = Hub(codec, microphone.hub.name, self._follow)
        self._microphone = microphone
        self._encoder: AudioEncoder | None = None
        self._thread: WorkerThread | None = None
        self._waiting = 0
        self._counter = 0

    def close(self) -> None:
        """Stop encoding."""
        self._microphone.unsubscribe(self._take)
        self._encoder = None
        if self._thread:
            self._thread.close()
            self._thread = None

    def _follow(self, watched: bool) -> None:
        if not watched:
            return self.close()
        assert self.hub.codec.audio_encoder
        self._encoder, self._thread = self.hub.codec.audio_encoder(), WorkerThread(f"sound-{self.hub.codec.name}")
        self._waiting = 0
        return self._microphone.subscribe(self._take)

    def _take(self, block: AudioBlock) -> None:
        if self._waiting >= MAX_WAITING or not self._encoder or not self._thread:
            return
        self._waiting += 1
        encoding = self._thread.run(partial(self._encoder.encode, block.samples, block.captured_ns))
        encoding.add_done_callback(partial(self._encoded, self._encoder))

    def _encoded(self, encoder: "AudioEncoder", encoding: "asyncio.Future[list[EncodedAudio]]") -> None:
        error = encoding.exception()
        if encoder is not self._encoder:
            return
        self._waiting -= 1
        if error:
            _log.error("sound in %s: %s", self.hub.codec.label, error)
            return
        for frame in encoding.result():
            self._publish(frame)

    def _publish(self, frame: "EncodedAudio") -> None:
        codec, counter = self.hub.codec, self._counter
        self._counter = (counter + 1) % (1 << 32)
        self.hub.publish(EncodedFrame(codec, frame.data, True, frame.begins_ns, counter, rate=codec.rtp_format.clock))
