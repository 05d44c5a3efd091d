"""Decoder set-up: threads, and pictures without a container."""

from io import BytesIO
from typing import cast

import av
from av.codec.context import Flags
from av.error import FFmpegError

from ipcamd.media.decode.picture_size_limit import MOST_PIXELS, size_options
from ipcamd.wire.jpeg_scanner import JpegScanner

_LARGE_PIXELS = 1280 * 720
_THREADS = 4
"""Threads that decode pictures of more than `_LARGE_PIXELS`."""

_IMAGE_FILES = (b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")


def decoder_threads(size: tuple[int, int]) -> int:
    """Return the number of threads for pictures of this size."""
    return 1 if size[0] * size[1] <= _LARGE_PIXELS else _THREADS


def configure_decoder(stream: av.VideoStream, live: bool) -> None:
    """Set threads and limits of a stream's decoder; a live one must not wait for later pictures. Raises `SourceError`
    if the pictures are too large."""
    context = stream.codec_context
    context.thread_count = decoder_threads((context.width, context.height))
    context.thread_type = "SLICE" if live else "AUTO"
    context.options = size_options(context.name, (context.width, context.height))
    if live:
        context.flags |= Flags.low_delay


class PictureDecoder:
    """Decodes pictures without a container: each call gets the bytes of one picture. For one thread."""

    def __init__(self, codec: str, threads: int = 1) -> None:
        """`codec` is FFmpeg's name: ``mjpeg``, ``mpeg4``, ``h264``; `threads` decode slices at the same time."""
        self._codec = codec
        self._context = open_decoder(codec, (0, 0))
        self._context.thread_type, self._context.thread_count = "SLICE", threads

    def decode(self, data: bytes) -> list[av.VideoFrame]:
        """Return the complete pictures; none if the data is damaged. Raises `SourceError` if a picture is too large."""
        try:
            return self._context.decode(av.Packet(data))
        except FFmpegError:
            return _decode_large_jpeg(data) if self._codec == "mjpeg" else []


def _decode_large_jpeg(data: bytes) -> list[av.VideoFrame]:
    """Decode a JPEG above `MOST_PIXELS` at a fraction of its size; return nothing for other and damaged ones."""
    scanner = JpegScanner()
    scanner.find_end(data)
    if scanner.size[0] * scanner.size[1] <= MOST_PIXELS:
        return []
    # a progressive decoder keeps all coefficients in memory, even at a reduced size
    context = open_decoder("progressive JPEG" if scanner.is_progressive else "mjpeg", scanner.size)
    try:
        return context.decode(av.Packet(data))
    except FFmpegError:
        return []


def open_decoder(codec: str, size: tuple[int, int]) -> av.VideoCodecContext:
    """Return FFmpeg's decoder of this name, for pictures of this size. Raises `SourceError` if they are too large."""
    options = size_options(codec, size)
    context = cast(av.VideoCodecContext, av.CodecContext.create(codec, "r"))
    context.thread_count = 1
    context.options = options
    context.flags |= Flags.low_delay
    return context


def is_image_file(head: bytes) -> bool:
    """Whether these first bytes (12 suffice) start an image file other than a JPEG, for `decode_file`."""
    return head.startswith(_IMAGE_FILES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")


def decode_file(data: bytes) -> list[av.VideoFrame]:
    """Return the first picture of a file; nothing if it is damaged. Raises `SourceError` if it is too large."""
    try:
        with av.open(BytesIO(data), "r") as medium:
            stream = medium.streams.video[0]
            configure_decoder(stream, live=True)
            return [next(medium.decode(stream))]
    except (FFmpegError, IndexError, StopIteration):
        return []
