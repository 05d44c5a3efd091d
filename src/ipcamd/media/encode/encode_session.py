"""Encode session: one encoder with fixed settings. Imported by media threads only."""

import threading
from collections.abc import Iterator

from av.video.reformatter import VideoReformatter

from ipcamd.media.encode.encoder_choice import MakeStreamEncoder
from ipcamd.media.encode.key_frame_interval import LONGEST_INTERVAL_NS, is_key_frame_due
from ipcamd.media.encoders import EncodedPicture
from ipcamd.media.frame import SessionPicture
from ipcamd.media.frame_decimator import FrameDecimator
from ipcamd.media.image.scale import ProcessedFrame
from ipcamd.media.stream.stream_settings import StreamSettings
from ipcamd.time_units import SECOND_NS


class EncodeSession:
    """Encodes the pictures of one stream, and selects the key frames."""

    def __init__(self, settings: StreamSettings, make_encoder: MakeStreamEncoder) -> None:
        """`make_encoder` makes the encoders; see `EncoderChoice.make`."""
        self.settings = settings
        self._make_encoder = make_encoder
        self._rate = settings.rate
        self._decimator = FrameDecimator(settings.rate)
        self._reformatter = VideoReformatter()
        self._key_ns = 0
        """Capture time of the last key frame."""
        self._start_encoder(settings.rate)

    def _start_encoder(self, rate: int) -> None:
        """Start an encoder for this frame rate; its first picture is a key frame."""
        self._rate, self._encoder = rate, self._make_encoder(self.settings, rate)
        self._submitted = 0
        self._key_number: int | None = None
        """Number of the last key frame; None before the first."""
        self._waiting: dict[int, tuple[int, int]] = {}
        """Capture time and version of the masks of each picture in the encoder, by its number."""

    def encode(self, processed: ProcessedFrame, asked: threading.Event) -> list[SessionPicture]:
        """Return the encoded pictures: usually this one, nothing if the stream's frame rate omits it. `asked` is set
        while a viewer waits for a key frame; a key frame clears it. Raises ``av.FFmpegError`` if the encoder fails."""
        if not self._decimator.selects(processed.captured_ns):
            return []
        age_ns = processed.captured_ns - self._key_ns
        key = is_key_frame_due(self._count, self.settings.gop, age_ns, asked.is_set())
        drained = self._match_rate(processed.captured_ns, asked) if key and self.settings.bitrate else []
        scaled = processed.scaled_to(self.settings.size, self._encoder.pixel_format, self._reformatter)
        if key:
            self._key_ns, self._key_number = processed.captured_ns, self._submitted
        self._waiting[self._submitted] = processed.captured_ns, processed.mask_version
        self._submitted += 1
        with scaled.lock:
            done = self._encoder.encode(scaled.frame, key)
        return drained + [picture for each in done for picture in self._complete(each, asked)]

    def drain(self, asked: threading.Event) -> list[SessionPicture]:
        """Return the pictures that are still in the encoder, which takes no more. See `encode`."""
        done = self._encoder.drain() if self._waiting else []
        return [picture for each in done for picture in self._complete(each, asked)]

    def _complete(self, picture: EncodedPicture, asked: threading.Event) -> Iterator[SessionPicture]:
        """Yield a picture with the time of its capture; nothing if the encoder returns it a second time."""
        source = self._waiting.pop(picture.number, None)
        for number in [each for each in self._waiting if each < picture.number]:
            del self._waiting[number]  # the encoder has left it out
        if picture.key:
            asked.clear()
        if source and picture.key and picture.number > (self._key_number or 0):
            self._key_ns, self._key_number = source[0], picture.number
        if source:
            yield SessionPicture(picture.payload, picture.key, *source)

    @property
    def _count(self) -> int:
        """Pictures since the last key frame, including it; 0 before the first."""
        return 0 if self._key_number is None else self._submitted - self._key_number

    def _match_rate(self, captured_ns: int, asked: threading.Event) -> list[SessionPicture]:
        """Replace the encoder if pictures arrive much slower or faster than its rate control expects; return the
        pictures that were in it."""
        age_ns = captured_ns - self._key_ns
        if self._count < 2 or not 0 < age_ns <= 2 * LONGEST_INTERVAL_NS:
            return []
        rate = min(self.settings.rate, max(1, round(self._count * SECOND_NS / age_ns)))
        if 0.8 <= rate / self._rate <= 1.25:
            return []
        drained = self.drain(asked)
        self._start_encoder(rate)
        return drained
