"""Pipe player: pictures and sound of the data in a pipe."""

import threading
from collections.abc import Iterator

import av
from av.error import FFmpegError

from ipcamd.errors import SourceError
from ipcamd.media.frame import Picture, SourceItem
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.network.ffmpeg_receiver import receive_bytes
from ipcamd.media.source.network.http_stream_receiver import PushReceiver
from ipcamd.media.source.pacing import Clock, RateLimiter
from ipcamd.media.source.pipe.pipe_format import MJPEG, PipeFormat
from ipcamd.media.source.pipe.pipe_reader import PipeReader
from ipcamd.media.source.reception import Reception
from ipcamd.time_units import SECOND_NS

_STALE_FRAMES = 2
"""Stale raw frames after a pause: one in the pipe, and one that the waiting program could not finish."""

_BURST_NS = 3 * SECOND_NS
_EARLY_FRAMES = 2
"""Raw frames that may arrive early before the writer has to wait."""
_MOST_LATE_NS = 10 * SECOND_NS
"""Longest delay that a writer may make up for by writing faster."""


def play_pipe(reader: PipeReader, form: PipeFormat, reception: Reception) -> Iterator[SourceItem]:
    """Yield pictures and sound (see `Source.play`). Raises `SourceError` at the end of the data."""
    reader.start(reception.limit, reception.stop)
    if reader.used and not form.rate:
        reader.skip_backlog()
    play = _play_raw if form.rate else _play_stream
    try:
        yield from play(reader, form, reception)
        raise SourceError("ended")
    except SourceError:
        if not reception.stop.is_set():
            raise
    finally:
        if reception.stop.is_set():
            reader.due_ns = 0  # nobody reads until the next run, so the writer is not late


def _play_stream(reader: PipeReader, form: PipeFormat, reception: Reception) -> Iterator[SourceItem]:
    if form.name == MJPEG:
        return PushReceiver(reception).receive(reader.read, b"")
    return receive_bytes(reader, form.name, reception, _BURST_NS)


def _play_raw(reader: PipeReader, form: PipeFormat, reception: Reception) -> Iterator[Picture]:
    clock, stop = reception.clock, reception.stop
    decoder, converter, limiter = _RawDecoder(form), VideoConverter(), RateLimiter()
    stale, period_ns = _STALE_FRAMES if reader.used else 0, int(SECOND_NS / form.rate)
    frame_bytes = form.size[0] * form.size[1] * av.VideoFormat(form.name).bits_per_pixel // 8
    while (data := reader.read_exactly(frame_bytes)) is not None:
        reception.note_picture()
        if stale:
            stale -= 1
            continue
        _slow_down(reader, period_ns, clock, stop)
        captured_ns, want = clock.now_ns(), reception.wanted()
        if not stop.is_set() and limiter.admits(captured_ns, want.rate):
            yield Picture(converter.convert(decoder.decode(data), want.size), captured_ns)


class _RawDecoder:
    """Makes frames of bytes."""

    def __init__(self, form: PipeFormat) -> None:
        self._context = av.VideoCodecContext.create("rawvideo", "r")
        self._context.width, self._context.height = form.size
        self._context.pix_fmt = form.name

    def decode(self, data: bytearray) -> av.VideoFrame:
        try:
            return self._context.decode(av.Packet(bytes(data)))[0]
        except (FFmpegError, IndexError):
            raise SourceError("sends a frame that cannot be decoded") from None


def _slow_down(reader: PipeReader, period_ns: int, clock: Clock, stop: threading.Event) -> None:
    """Wait if the present frame is too early, to slow a program that writes faster than in real time.

    A program that was late may make up for it: its frames wait somewhere, and would stay late otherwise.
    """
    now_ns = clock.steady_ns()
    most_late_ns = _MOST_LATE_NS if reader.due_ns else _EARLY_FRAMES * period_ns
    reader.due_ns = max(reader.due_ns, now_ns - most_late_ns) + period_ns
    clock.wait(stop, max(0, reader.due_ns - now_ns) / SECOND_NS)
