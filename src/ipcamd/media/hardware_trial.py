"""Hardware trial: a test picture with which encoders and decoders in hardware are tried. Imported by media threads
only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import av
import numpy as np
from av import logging as ffmpeg_log
from av.error import FFmpegError

from ipcamd.errors import SourceError
from ipcamd.media.planes import LIMITED, framed, planes

SIZE = 640, 480
"""Size of the test picture."""
MOST_WAITING = 15
"""Most pictures that may be in the hardware at once."""

_LEVELS = 80, 180
"""Brightness of the left and the right half of the test picture."""
_COLOURS = 90, 160
"""Chroma of the test picture: Cb and Cr."""
_TOLERANCE = 12
"""Difference of brightness and chroma after encoding."""


def make_test_picture() -> av.VideoFrame:
    """Return a new test picture."""
    width, height = SIZE
    luma = np.array([_LEVELS], np.uint8).repeat(width // 2, axis=1).repeat(height, axis=0)
    chroma = (np.full((height // 2, width // 2), value, np.uint8) for value in _COLOURS)
    return framed((luma, *chroma), LIMITED)


def judge_picture(picture: av.VideoFrame) -> str:
    """Return "" if it is the test picture after encoding and decoding, else the difference."""
    if (picture.width, picture.height) != SIZE:
        return "its pictures are damaged"
    (luma, *chroma), quarter = planes(picture.reformat(format=LIMITED)), SIZE[0] // 4
    found = (luma[:, :quarter], luma[:, -quarter:], *chroma)
    is_same = all(abs(have.mean() - want) <= _TOLERANCE for have, want in zip(found, _LEVELS + _COLOURS, strict=True))
    return "" if is_same else "its pictures are damaged"


def find_failure(name: str, attempt: Callable[[], str]) -> str:
    """Try FFmpeg's encoder or decoder `name`: return what `attempt` returns, or the reason of its exception."""
    if name not in av.codecs_available:
        return "PyAV does not contain it"
    with _error_messages() as messages:
        try:
            return attempt()
        except (FFmpegError, SourceError, OSError, ValueError) as error:
            own = [text.strip() for _, source, text in messages if source == name]
            return own[0] if own else explain_failure(error)


def explain_failure(error: Exception) -> str:
    """Return the reason of a failure in words."""
    return str(getattr(error, "strerror", None) or error)


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
