"""HTTP stream receiver: pictures in one endless answer of a camera, plain JPEGs or frames with the SDK's payload
header."""

from collections.abc import Callable, Iterator

import av
import numpy as np

from ipcamd.errors import SourceError
from ipcamd.media import codecs
from ipcamd.media.codecs import Codec
from ipcamd.media.decode.picture_decoder import PictureDecoder, decode_file, is_image_file
from ipcamd.media.frame import AUDIO_RATE_HZ, AudioChunk, Packet, Picture, SourceItem
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.pacing import RateLimiter
from ipcamd.media.source.packet_reader import PacketReader
from ipcamd.media.source.reception import Reception
from ipcamd.media.source.source import Wanted
from ipcamd.time_units import SECOND_NS
from ipcamd.wire import ulaw
from ipcamd.wire.http.multipart_parser import PictureParser
from ipcamd.wire.jpeg_scanner import SOI
from ipcamd.wire.payload_header import LENGTH, AudioKind, Header, VideoFormat


class PushReceiver:
    """Makes pictures and sound of the parts of answers; they count through all answers. For one thread."""

    def __init__(self, reception: Reception) -> None:
        self._reception, self._wanted, self._clock = reception, reception.wanted, reception.clock
        self._converter, self._limiter = VideoConverter(), RateLimiter()
        self._codec: Codec | None = None
        self._decoder: PacketReader | PictureDecoder
        self.pictures = 0
        """Pictures received."""
        self.damaged = 0
        """Pictures received that could not be decoded."""

    def receive(self, read: Callable[[], bytes], boundary: bytes) -> Iterator[SourceItem]:
        """Yield pictures and sound of the body that `read` returns in pieces, until it ends or the reception is
        stopped. Raises `SourceError`."""
        parser = PictureParser(boundary)
        while not self._reception.stop.is_set() and (data := read()):
            try:
                for part in parser.feed(data):
                    if self._reception.stop.is_set():
                        return
                    yield from self._part(part, self._wanted())
            except ValueError as error:
                raise SourceError(f"sends {error}") from None
            self.expect_picture()

    def still(self, data: bytes) -> Iterator[Picture]:
        """Yield a single picture from the bytes of an image file that is not a JPEG."""
        yield from self._shown(decode_file(data), self._wanted())

    def _part(self, part: bytes, want: Wanted) -> Iterator[SourceItem]:
        """Yield the content of a part; nothing if it is neither picture nor sound, or not wanted."""
        if part.startswith(SOI):
            yield from self._picture(codecs.JPEG, part, want)
            return
        try:
            media = Header.parse(part[:LENGTH])
            form, payload = media.media(), part[LENGTH:]
        except ValueError:
            if is_image_file(part):
                yield from self.still(part)
            return
        if isinstance(form, VideoFormat):
            if codec := codecs.find_by_payload_code(form.kind):
                yield from self._picture(codec, payload, want)
        elif want.sound and form.kind is AudioKind.ULAW:
            yield self._sound(payload)

    def _picture(self, codec: Codec, data: bytes, want: Wanted) -> Iterator[Packet | Picture]:
        if codec is not self._codec:
            self._codec = codec
            self._decoder = PacketReader(codec, self._wanted) if codec.inspector else PictureDecoder(codec.decoder)
        if isinstance(self._decoder, PictureDecoder):
            yield from self._shown(self._decoder.decode(data), want, picks=True)
        else:
            good = self._decoder.good
            yield from self._decoder.read(data, self._clock.now_ns())
            self._count(self._decoder.good > good)

    def _count(self, good: bool) -> None:
        self.pictures += 1
        self.damaged += not good
        if good:
            self._reception.note_picture()

    def _shown(self, pictures: list[av.VideoFrame], want: Wanted, picks: bool = False) -> Iterator[Picture]:
        captured_ns, now_ns = self._clock.now_ns(), self._clock.steady_ns()
        self._count(bool(pictures))
        for picture in pictures:
            if not picks or self._limiter.admits(now_ns, want.rate):
                yield Picture(self._converter.convert(picture, want.size), captured_ns)

    def _sound(self, codes: bytes) -> AudioChunk:
        samples = np.frombuffer(ulaw.decode(codes), "<i2").astype(np.int16)
        return AudioChunk(samples, self._clock.now_ns() - samples.size * SECOND_NS // AUDIO_RATE_HZ)

    def expect_picture(self) -> None:
        """Raise `SourceError` if no picture could be decoded for too long."""
        if self._reception.is_silent():
            raise SourceError(f"sends no picture for {float(self._reception.limit):g} s")
