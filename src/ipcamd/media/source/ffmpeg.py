"""FFmpeg media: opening and decoding, with limits and plain error messages."""

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, cast

import av
from av.container import InputContainer
from av.error import ExitError, FFmpegError
from av.stream import Disposition, Stream

from ipcamd.errors import SourceError
from ipcamd.media.capture import silence
from ipcamd.media.capture.silence import SilenceLimit

_TEXT = ("ansi",)
"""Decoders of text: FFmpeg would show every text file as a terminal does."""

OpenFile = Callable[[str, int, dict[str, str]], Any]
"""Opens an address in FFmpeg's place: address, flags and options to an object to read from."""


def describe_error(error: Exception, limit: SilenceLimit) -> str:
    """Return what FFmpeg says went wrong, without the address: there may be a password in that."""
    if isinstance(error, ExitError | TimeoutError):
        return limit.words
    return str(getattr(error, "strerror", None) or type(error).__name__)


def open_media(
    place: Any,
    options: dict[str, str],
    form: str | None = None,
    limit: SilenceLimit | None = None,
    open_file: OpenFile | None = None,
) -> InputContainer:
    """Open an address of FFmpeg's, or an object to read from. Raises `SourceError`.

    `limit` is for opening and for each packet. `open_file` opens every address that FFmpeg comes to, in its place.
    """
    limit = limit or SilenceLimit(silence.SILENCE_S)
    end_s = time.monotonic() + float(limit)
    try:
        # FFmpeg is given the limit itself: PyAV asks it for its value whenever reading starts
        medium: InputContainer = av.open(
            place, "r", form, options, timeout=(float(limit), cast(float, limit)), io_open=open_file
        )
        return medium
    except (FFmpegError, OSError, ValueError) as error:
        # interrupted readers of FFmpeg's give all kinds of errors
        raise OpenFailed(TimeoutError() if time.monotonic() >= end_s else error, limit) from None


class OpenFailed(SourceError):
    """A medium that could not be opened; `code` is FFmpeg's or the system's number for the reason."""

    def __init__(self, error: Exception, limit: SilenceLimit) -> None:
        timed_out = isinstance(error, ExitError | TimeoutError)
        super().__init__(
            describe_error(error, limit) if timed_out else f"cannot be opened: {describe_error(error, limit)}"
        )
        self.timed_out = timed_out
        self.error = error


def video_of(medium: InputContainer) -> av.VideoStream:
    """Return the stream of pictures; raise `SourceError` if there is none (a cover of a record is none)."""
    for stream in (medium.streams.best("video"), *medium.streams.video):
        if isinstance(stream, av.VideoStream) and _is_film(stream):
            return stream
    raise SourceError("has no picture")


def _is_film(stream: av.VideoStream) -> bool:
    return not stream.disposition & Disposition.attached_pic and stream.codec_context.name not in _TEXT


def decoded(medium: InputContainer, *streams: Stream, limit: SilenceLimit | None = None) -> Iterator[Any]:
    """Yield what the streams' packets hold until they end, as frames of PyAV's; damaged ones are left out."""
    limit = limit or SilenceLimit(silence.SILENCE_S)
    try:
        for packet in _packets(medium, streams, limit):
            yield from _frames(packet)
    except FFmpegError as error:
        raise SourceError(f"breaks off: {describe_error(error, limit)}") from None


def _packets(medium: InputContainer, streams: tuple[Stream, ...], limit: SilenceLimit) -> Iterator[Any]:
    """Yield the streams' packets; reading starts anew whenever the limit has changed."""
    ended = False
    while not ended:
        ended, used = True, float(limit)
        for packet in medium.demux(*streams):
            yield packet
            if float(limit) != used:
                ended = False
                break


def _frames(packet: Any) -> list[Any]:
    try:
        return list(packet.decode())
    except FFmpegError:  # a damaged picture is lost, not the whole source
        return []


def time_of(frame: av.VideoFrame | av.AudioFrame) -> Fraction | None:
    """Return a frame's time stamp in seconds, if it has one."""
    return None if frame.pts is None or frame.time_base is None else frame.pts * Fraction(frame.time_base)
