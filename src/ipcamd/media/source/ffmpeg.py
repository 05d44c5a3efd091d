"""FFmpeg media: opens and decodes them with time-outs and clear error messages; converts packets to Annex B."""

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.error import ExitError, FFmpegError
from av.stream import Disposition, Stream

from ipcamd.errors import SourceError
from ipcamd.media.source import source_timeout
from ipcamd.media.source.source_timeout import SourceTimeout

_TEXT = ("ansi",)
"""Decoders of text files, which FFmpeg would render like a terminal."""

_ANNEX_B_FILTERS = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
_CONFIGURATION_RECORD = b"\1"
"""First byte of the extra data of containers with lengths instead of start codes (ISO/IEC 14496-15)."""

OpenFile = Callable[[str, int, dict[str, str]], Any]
"""Opens an address instead of FFmpeg: maps address, flags and options to an object to read from."""


def describe_error(error: Exception, limit: SourceTimeout) -> str:
    """Return FFmpeg's error text without the address, which may contain a password."""
    if isinstance(error, ExitError | TimeoutError):
        return limit.words
    return error_text(error)


def error_text(error: Exception) -> str:
    """Return the system's or FFmpeg's text for an error, which contains no address; without one, the error's class."""
    return str(getattr(error, "strerror", None) or type(error).__name__)


def open_media(
    place: Any,
    options: dict[str, str],
    form: str | None = None,
    limit: SourceTimeout | None = None,
    open_file: OpenFile | None = None,
) -> InputContainer:
    """Open a file, an address or an object with a ``read`` method. Raises `OpenFailed`.

    `limit` applies to opening, and to each packet afterwards. `open_file` replaces FFmpeg's opening of addresses.
    """
    limit = limit or SourceTimeout(source_timeout.SILENCE_S)
    end_s = time.monotonic() + float(limit)
    try:
        # pass the limit itself: PyAV reads its value whenever reading starts
        medium: InputContainer = av.open(
            place, "r", form, options, timeout=(float(limit), cast(float, limit)), io_open=open_file
        )
        return medium
    except (FFmpegError, OSError, ValueError) as error:
        # FFmpeg reports an interrupted read as various errors
        raise OpenFailed(TimeoutError() if time.monotonic() >= end_s else error, limit) from None


def open_local_file(path: Path) -> InputContainer:
    """Open a file of this computer that leads to no other place. Raises `OpenFailed`."""
    return open_media(f"file:{path}", {"protocol_whitelist": "file"})


class OpenFailed(SourceError):
    """Failure to open a medium."""

    def __init__(self, error: Exception, limit: SourceTimeout) -> None:
        timed_out = isinstance(error, ExitError | TimeoutError)
        super().__init__(
            describe_error(error, limit) if timed_out else f"cannot be opened: {describe_error(error, limit)}"
        )
        self.timed_out = timed_out
        """Whether nothing arrived in time."""
        self.error = error
        """FFmpeg's error."""


def find_video(medium: InputContainer) -> av.VideoStream:
    """Return the video stream; raise `SourceError` if there is none (cover art is ignored)."""
    for stream in (medium.streams.best("video"), *medium.streams.video):
        if isinstance(stream, av.VideoStream) and is_video(stream):
            return stream
    raise SourceError("has no picture")


def is_video(stream: av.VideoStream) -> bool:
    """Return whether a stream is video, not cover art or text."""
    return not stream.disposition & Disposition.attached_pic and stream.codec_context.name not in _TEXT


def decode_media(medium: InputContainer, *streams: Stream, limit: SourceTimeout | None = None) -> Iterator[Any]:
    """Yield the decoded frames of the streams until they end, without damaged ones. Raises `SourceError`."""
    for packet in read_packets(medium, *streams, limit=limit):
        yield from decode_packet(packet)


def read_packets(
    medium: InputContainer, *streams: Stream, limit: SourceTimeout | None = None
) -> "Iterator[av.Packet[Any]]":
    """Yield the packets of the streams until they end; the last ones are empty. Raises `SourceError`."""
    limit = limit or SourceTimeout(source_timeout.SILENCE_S)
    try:
        yield from _packets(medium, streams, limit)
    except FFmpegError as error:
        raise SourceError(f"breaks off: {describe_error(error, limit)}") from None


def _packets(medium: InputContainer, streams: tuple[Stream, ...], limit: SourceTimeout) -> "Iterator[av.Packet[Any]]":
    """Yield the packets of the streams; reading restarts to apply a changed limit."""
    ended = False
    while not ended:
        ended, used = True, float(limit)
        for packet in medium.demux(*streams):
            yield packet
            if float(limit) != used:
                ended = False
                break


def decode_packet(packet: "av.Packet[Any]") -> list[Any]:
    """Return the frames of a packet; none if it is damaged."""
    try:
        return list(packet.decode())
    except FFmpegError:  # one damaged picture must not end the source
        return []


def make_unpacker(stream: av.VideoStream) -> "Callable[[av.Packet[Any]], list[bytes]]":
    """Return a function that converts a packet of the stream to the bytes of its pictures; none for a damaged one."""
    name = _ANNEX_B_FILTERS.get(stream.codec_context.name, "")
    if not name or not (stream.codec_context.extradata or b"").startswith(_CONFIGURATION_RECORD):
        return lambda packet: [bytes(packet)] if packet.size else []
    converter = BitStreamFilterContext(name, stream)

    def unpack(packet: "av.Packet[Any]") -> list[bytes]:
        try:
            return [bytes(each) for each in converter.filter(packet)] if packet.size else []
        except FFmpegError:
            return []

    return unpack


def parameter_sets(stream: av.VideoStream) -> bytes:
    """Return the parameter sets outside the stream, if they are in Annex B form."""
    extra = stream.codec_context.extradata or b""
    return b"" if extra.startswith(_CONFIGURATION_RECORD) else extra


def timestamp_s(frame: "av.VideoFrame | av.AudioFrame | av.Packet[Any]") -> Fraction | None:
    """Return a frame's or packet's time stamp in seconds, if it has one."""
    base = frame.time_base
    return None if frame.pts is None or base is None else Fraction(frame.pts * base.numerator, base.denominator)
