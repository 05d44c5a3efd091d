"""Passthrough of a media file: its encoding, and whether its pictures can be passed through."""

from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

import av
from av.container import InputContainer

from ipcamd.errors import SourceError
from ipcamd.media.codecs import Codec, find_passable
from ipcamd.media.decode.decoder_choice import explain_software
from ipcamd.media.source.ffmpeg import decode_media, find_video

_ROTATING = ("mov", "matroska")
"""Formats that may contain a rotation for players."""
_SHORTEST_US = 500_000
_LEAST_RATE = 2
"""A source with a lower frame rate would count as silent."""


class Encoding(NamedTuple):
    """A file's codec and its obstacle."""

    codec: Codec | None
    """Codec; None if it cannot be passed through, or the file is not a stream."""
    obstacle: str = ""
    """Short reason why its pictures must be decoded; "" if they need not be."""


def find_encoding(medium: InputContainer, stream: av.VideoStream, reopen: Callable[[], InputContainer]) -> Encoding:
    """Return the encoding of an open file. `reopen` opens it again, to inspect its first picture."""
    codec, context = find_passable(stream.codec_context.name), stream.codec_context
    is_still = stream.frames == 1 or medium.duration is None or medium.duration < _SHORTEST_US
    if codec is None or is_still or not (stream.average_rate or 0) >= _LEAST_RATE:
        return Encoding(None)
    if reason := explain_software((context.width, context.height), context.has_b_frames):
        return Encoding(codec, reason)
    if medium.format.name.startswith(_ROTATING) and _is_rotated(reopen):
        return Encoding(codec, "the file says that players rotate it")
    return Encoding(codec)


def _is_rotated(reopen: Callable[[], InputContainer]) -> bool:
    try:
        with closing(reopen()) as medium:
            first = next(decode_media(medium, find_video(medium)), None)
            return bool(first and first.rotation)
    except SourceError:
        return True
