"""One stretch of encoding, with one shape, from a key frame on. Imported by media threads only."""

import threading

from av.video.reformatter import VideoReformatter

from ipcamd.media.encoder import Encoder
from ipcamd.media.pacer import SECOND, Pacer
from ipcamd.media.scale import Shot
from ipcamd.media.shape import Shape

KEY_AFTER = 2 * SECOND
"""A key frame comes at least this often, in nanoseconds of capture time, however slow the source."""
KEY_SPACE = SECOND
"""Key frames that viewers ask for come no closer than this, in nanoseconds of capture time."""


class Session:
    """Encodes the pictures that one stream wants, and decides where its key frames are."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._rate = shape.rate
        self._pacer = Pacer(shape.rate)
        self._encoder = _make(shape, shape.rate)
        self._reformatter = VideoReformatter()
        self._key_time = 0
        """Capture time of the last key frame."""
        self._count = 0
        """Frames from that key frame on, itself included; 0 before the first."""

    def encode(self, shot: Shot, asked: threading.Event) -> tuple[bytes, bool] | None:
        """Return the picture encoded and whether it is a key frame; None if the stream's rate leaves it out.

        `asked` is set while somebody waits for a key frame, and cleared when there is one.
        """
        if not self._pacer.take(shot.captured):
            return None
        key = self._key_due(shot.captured, asked.is_set())
        if key and self.shape.bitrate:
            self._match_rate(shot.captured)
        sized = shot.at(self.shape.size, self._encoder.form, self._reformatter)
        with sized.lock:
            payload, key = self._encoder.encode(sized.frame, key)
        self._count += 1
        if key:
            asked.clear()
            self._key_time, self._count = shot.captured, 1
        return payload, key

    def _key_due(self, captured: int, asked: bool) -> bool:
        if not self._count or self._count >= self.shape.group:
            return True
        # either way: the camera's clock may have been set
        age = abs(captured - self._key_time)
        return age >= KEY_AFTER or (asked and age >= KEY_SPACE)

    def _match_rate(self, captured: int) -> None:
        """Open the encoder anew if pictures come much slower or faster than those that it shares out its bits among."""
        age = captured - self._key_time
        if self._count < 2 or not 0 < age <= 2 * KEY_AFTER:
            return
        rate = min(self.shape.rate, max(1, round(self._count * SECOND / age)))
        if not 0.8 <= rate / self._rate <= 1.25:
            self._rate, self._encoder = rate, _make(self.shape, rate)


def _make(shape: Shape, rate: int) -> Encoder:
    """Return an encoder for the stream; its first frame is a key frame."""
    assert shape.codec.encoder
    return shape.codec.encoder(shape, rate)
