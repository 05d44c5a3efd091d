"""Pictures that a camera pushes as the parts of one endless answer: plain JPEGs, or frames with the SDK's header."""

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from ipcamd.errors import SourceError
from ipcamd.media import codecs
from ipcamd.media.frame import Picture, Sound
from ipcamd.media.pacer import SECOND
from ipcamd.media.source.decode import Decoder, Eye
from ipcamd.media.source.medium import TIMEOUT
from ipcamd.media.source.pace import Clock, Picker
from ipcamd.media.source.parts import Parts
from ipcamd.wire import ulaw
from ipcamd.wire.payload import LENGTH, AudioKind, Header, VideoFormat

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted


def pushed(
    read: Callable[[], bytes], wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock
) -> Iterator[Picture | Sound]:
    """Yield what comes in the parts that `read` gives piece by piece, until `stop` is set; see `Source.play`."""
    parts, receiver = Parts(), _Receiver(clock)
    while not stop.is_set():
        data = read()
        if not data:
            raise SourceError("ended")
        try:
            for part in parts.feed(data):
                if stop.is_set():
                    return
                yield from receiver.take(part, wanted())
        except ValueError as error:
            raise SourceError(f"sends {error}") from None
        receiver.expect()


class _Receiver:
    """Keeps what belongs to one answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._eye, self._picker = Eye(), Picker()
        self._codec, self._decoder = "mjpeg", Decoder("mjpeg")
        self._number = -1
        self._good = clock.steady()

    def take(self, part: bytes, want: "Wanted") -> Iterator[Picture | Sound]:
        """Yield what is in a part: nothing if it is neither picture nor sound, or not wanted."""
        if part.startswith(b"\xff\xd8"):
            yield from self._picture("mjpeg", part, want)
            return
        try:
            media = Header.parse(part[:LENGTH])
            form, payload = media.media(), part[LENGTH:]
        except ValueError:
            return
        if isinstance(form, VideoFormat):
            if codec := codecs.find_by_payload_code(form.kind):
                yield from self._picture(codec.name, payload, want)
        elif want.sound and form.kind is AudioKind.ULAW:
            yield self._sound(payload)

    def _picture(self, codec: str, data: bytes, want: "Wanted") -> Iterator[Picture]:
        captured, now = self._clock.now(), self._clock.steady()
        if codec != self._codec:
            self._codec, self._decoder = codec, Decoder(codec)
        if codec == "mjpeg" and not self._picker.takes(now, want.rate):
            return  # a picture that no other depends on need not even be decoded
        for picture in self._decoder.decode(data):
            self._good = now
            if codec == "mjpeg" or self._picker.takes(now, want.rate):
                self._number += 1
                yield Picture(self._eye.see(picture, want.size), captured, self._number)

    def _sound(self, codes: bytes) -> Sound:
        samples = np.frombuffer(ulaw.decode(codes), "<i2").astype(np.int16)
        return Sound(samples, self._clock.now() - samples.size * SECOND // 8000)

    def expect(self) -> None:
        """Raise `SourceError` if no picture could be decoded for too long."""
        if self._clock.steady() - self._good > TIMEOUT * SECOND:
            raise SourceError(f"sends no picture for {TIMEOUT:g} s")
