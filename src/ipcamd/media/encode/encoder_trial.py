"""Encoder trial: encodes test pictures with an encoder, and decodes them again. Imported by media threads only."""

from collections.abc import Iterator
from contextlib import contextmanager

import av
import numpy as np
from av import logging as ffmpeg_log
from av.error import FFmpegError

from ipcamd.errors import SourceError
from ipcamd.media.codecs import Codec, FfmpegOptions
from ipcamd.media.encode.fallback_encoder import MOST_WAITING, explain_failure
from ipcamd.media.planes import LIMITED, framed, planes
from ipcamd.media.source.decode import PictureDecoder
from ipcamd.media.stream_settings import StreamSettings

_SIZE = 640, 480
_LEVELS = 80, 180
"""Brightness of the left and the right half of the test picture."""
_COLOURS = 90, 160
"""Chroma of the test picture: Cb and Cr."""
_TOLERANCE = 12
"""Difference of brightness and chroma after encoding."""


def find_failure(codec: Codec, options: FfmpegOptions) -> str:
    """Return why an encoder does not work on this computer; "" if it does."""
    if options.name not in av.codecs_available:
        return "PyAV does not contain it"
    with _error_messages() as messages:
        try:
            return _encode_test_pictures(codec, options)
        except (FFmpegError, SourceError, OSError, ValueError) as error:
            own = [text.strip() for _, source, text in messages if source == options.name]
            return own[0] if own else explain_failure(error)


def _encode_test_pictures(codec: Codec, options: FfmpegOptions) -> str:
    assert codec.inspector
    encoder, inspector = options(StreamSettings(codec, _SIZE, 30, 3), 30), codec.inspector()
    decoder, waits = PictureDecoder(codec.decoder), True
    for number in range(MOST_WAITING):
        for done in encoder.encode(_test_picture(), not number):
            unit = inspector.inspect(done.payload)
            if unit is None or unit.obstacle or (waits and not unit.key):
                return f"its pictures cannot be used: {(unit and unit.obstacle) or 'they start without a key frame'}"
            waits = False
            if shown := decoder.decode(unit.payload):
                return "" if _is_test_picture(shown[0]) else "its pictures are damaged"
    return "it returns no pictures"


def _test_picture() -> av.VideoFrame:
    width, height = _SIZE
    luma = np.array([_LEVELS], np.uint8).repeat(width // 2, axis=1).repeat(height, axis=0)
    chroma = (np.full((height // 2, width // 2), value, np.uint8) for value in _COLOURS)
    return framed((luma, *chroma), LIMITED)


def _is_test_picture(picture: av.VideoFrame) -> bool:
    if (picture.width, picture.height) != _SIZE:
        return False
    (luma, *chroma), quarter = planes(picture.reformat(format=LIMITED)), _SIZE[0] // 4
    found = (luma[:, :quarter], luma[:, -quarter:], *chroma)
    return all(abs(have.mean() - want) <= _TOLERANCE for have, want in zip(found, _LEVELS + _COLOURS, strict=True))


@contextmanager
def _error_messages() -> Iterator[list[tuple[int, str, str]]]:
    """Collect FFmpeg's error messages in this thread: level, source and text."""
    level = ffmpeg_log.get_level()
    ffmpeg_log.set_level(ffmpeg_log.ERROR)
    try:
        with ffmpeg_log.Capture(local=True) as messages:
            yield messages
    finally:
        ffmpeg_log.set_level(level)
