"""Opening what FFmpeg reads, and decoding it with its faults."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.error import ExitError, FFmpegError
from av.stream import Disposition, Stream

from ipcamd.errors import SourceError

TIMEOUT = 2.0
"""Seconds without a picture after which a source counts as broken off."""


_TEXT = ("ansi",)
"""Decoders of text: FFmpeg would show every text file as a terminal does."""


def words(error: Exception) -> str:
    """Return what FFmpeg says went wrong, without the address: there may be a password in that."""
    if isinstance(error, ExitError | TimeoutError):
        return f"nothing comes for {TIMEOUT:g} s"
    return str(getattr(error, "strerror", None) or type(error).__name__)


def open_medium(place: object, options: dict[str, str], form: str | None = None) -> InputContainer:
    """Open an address of FFmpeg's, or an object to read from. Raises `SourceError`."""
    try:
        return av.open(place, "r", form, options, timeout=TIMEOUT)
    except (FFmpegError, OSError, ValueError) as error:
        raise SourceError(f"cannot be opened: {words(error)}") from None


def video_of(medium: InputContainer) -> av.VideoStream:
    """Return the stream of pictures; raise `SourceError` if there is none (a cover of a record is none)."""
    for stream in (medium.streams.best("video"), *medium.streams.video):
        if isinstance(stream, av.VideoStream) and _is_film(stream):
            return stream
    raise SourceError("has no picture")


def _is_film(stream: av.VideoStream) -> bool:
    return not stream.disposition & Disposition.attached_pic and stream.codec_context.name not in _TEXT


def decoded(medium: InputContainer, *streams: Stream) -> Iterator[Any]:
    """Yield what the streams' packets hold until they end, as frames of PyAV's; damaged ones are left out."""
    try:
        for packet in medium.demux(*streams):
            yield from _frames(packet)
    except FFmpegError as error:
        raise SourceError(f"breaks off: {words(error)}") from None


def _frames(packet: Any) -> list[Any]:
    try:
        return list(packet.decode())
    except FFmpegError:  # a damaged picture is lost, not the whole source
        return []


def time_of(frame: av.VideoFrame | av.AudioFrame) -> Fraction | None:
    """Return a frame's time stamp in seconds, if it has one."""
    return None if frame.pts is None or frame.time_base is None else frame.pts * Fraction(frame.time_base)
