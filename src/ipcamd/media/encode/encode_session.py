"""Encode session: one encoder with fixed settings. Imported by media threads only."""

import threading

from av.video.reformatter import VideoReformatter

from ipcamd.media.encoders import Encoder
from ipcamd.media.frame_decimator import SECOND, FrameDecimator
from ipcamd.media.image.scale import ProcessedFrame
from ipcamd.media.stream_settings import StreamSettings

KEY_AFTER = 2 * SECOND
"""Longest time between key frames, in nanoseconds of capture time, even for a slow source."""
KEY_SPACE = SECOND
"""Shortest time from a key frame to one that a viewer requests, in nanoseconds of capture time."""


class EncodeSession:
    """Encodes the pictures of one stream, and selects the key frames."""

    def __init__(self, settings: StreamSettings) -> None:
        self.settings = settings
        self._rate = settings.rate
        self._decimator = FrameDecimator(settings.rate)
        self._encoder = _make_encoder(settings, settings.rate)
        self._reformatter = VideoReformatter()
        self._key_time = 0
        """Capture time of the last key frame."""
        self._count = 0
        """Frames since that key frame, including it; 0 before the first."""

    def encode(self, processed: ProcessedFrame, asked: threading.Event) -> tuple[bytes, bool] | None:
        """Return the encoded picture and whether it is a key frame; None if the stream's frame rate omits it. `asked`
        is set while a viewer waits for a key frame; a key frame clears it."""
        if not self._decimator.selects(processed.captured_ns):
            return None
        key = self._key_due(processed.captured_ns, asked.is_set())
        if key and self.settings.bitrate:
            self._match_rate(processed.captured_ns)
        scaled = processed.scaled_to(self.settings.size, self._encoder.pixel_format, self._reformatter)
        with scaled.lock:
            payload, key = self._encoder.encode(scaled.frame, key)
        self._count += 1
        if key:
            asked.clear()
            self._key_time, self._count = processed.captured_ns, 1
        return payload, key

    def _key_due(self, captured_ns: int, asked: bool) -> bool:
        if not self._count or self._count >= self.settings.gop:
            return True
        # in both directions, because the camera's clock may be set
        age_ns = abs(captured_ns - self._key_time)
        return age_ns >= KEY_AFTER or (asked and age_ns >= KEY_SPACE)

    def _match_rate(self, captured_ns: int) -> None:
        """Replace the encoder if pictures arrive much slower or faster than its rate control expects."""
        age_ns = captured_ns - self._key_time
        if self._count < 2 or not 0 < age_ns <= 2 * KEY_AFTER:
            return
        rate = min(self.settings.rate, max(1, round(self._count * SECOND / age_ns)))
        if not 0.8 <= rate / self._rate <= 1.25:
            self._rate, self._encoder = rate, _make_encoder(self.settings, rate)


def _make_encoder(settings: StreamSettings, rate: int) -> Encoder:
    """Return an encoder for the stream; its first frame is a key frame."""
    assert settings.codec.encoder
    return settings.codec.encoder(settings, rate)
