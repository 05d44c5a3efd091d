"""Pipe player: pictures and sound of the data in a pipe."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError

from ipcamd.errors import SourceError
from ipcamd.media.capture.signal_timeout import SilenceLimit
from ipcamd.media.frame import Packet, Picture, Sound
from ipcamd.media.source.clock_recovery import ClockRecovery
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.ffmpeg import open_media
from ipcamd.media.source.network.ffmpeg_receiver import low_delay_options, receive_live
from ipcamd.media.source.network.http_stream_receiver import PushReceiver
from ipcamd.media.source.pacing import Clock, RateLimiter
from ipcamd.media.source.pipe.pipe_format import MJPEG, PipeFormat
from ipcamd.media.source.pipe.pipe_reader import PipeReader
from ipcamd.time_units import SECOND_NS

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted

_STALE_FRAMES = 2
"""Old raw frames when a waiting program is read again: one in the pipe, and one that it could not finish."""

_BURST_NS = 3 * SECOND_NS
_EARLY_FRAMES = 2
"""Raw frames that may arrive early before the writer has to wait."""


def play_pipe(
    reader: PipeReader, form: PipeFormat, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock
) -> Iterator[Packet | Picture | Sound]:
    """Yield pictures and sound until `stop` is set (see `Source.play`). Raises `SourceError` at the end of the data."""
    limit = SilenceLimit()
    reader.start(limit, stop)
    if reader.used and not form.rate:
        reader.skip_backlog()
    play = _play_raw if form.rate else _play_stream
    try:
        yield from play(reader, form, wanted, stop, clock, limit)
        raise SourceError("ended")
    except SourceError:
        if not stop.is_set():
            raise


def _play_stream(
    reader: PipeReader,
    form: PipeFormat,
    wanted: "Callable[[], Wanted]",
    stop: threading.Event,
    clock: Clock,
    limit: SilenceLimit,
) -> Iterator[Packet | Picture | Sound]:
    if form.name == MJPEG:
        yield from PushReceiver(wanted, stop, clock, limit).receive(reader.read, b"")
        return
    with closing(open_media(reader, low_delay_options() | {"protocol_whitelist": ""}, form.name, limit)) as medium:
        yield from receive_live(medium, wanted, ClockRecovery(clock, stop, _BURST_NS), stop, clock, limit)


def _play_raw(
    reader: PipeReader,
    form: PipeFormat,
    wanted: "Callable[[], Wanted]",
    stop: threading.Event,
    clock: Clock,
    limit: SilenceLimit,
) -> Iterator[Picture]:
    decoder, converter, limiter = _RawDecoder(form), VideoConverter(), RateLimiter()
    number, stale, brake = -1, _STALE_FRAMES if reader.used else 0, _Brake(form.rate, clock, stop)
    while (data := reader.read_exactly(form.frame_bytes)) is not None:
        limit.note_picture(clock.steady_ns() / SECOND_NS)
        number += 1
        if number < stale:
            continue
        brake.wait()
        captured_ns, want = clock.now_ns(), wanted()
        if not stop.is_set() and limiter.admits(captured_ns, want.rate):
            yield Picture(converter.convert(decoder.decode(data), want.size), captured_ns, number)


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


class _Brake:
    """Keeps a program that writes faster than in real time to the rate of the frames."""

    def __init__(self, rate: Fraction, clock: Clock, stop: threading.Event) -> None:
        self._period_ns, self._clock, self._stop = int(SECOND_NS / rate), clock, stop
        self._due_ns = 0

    def wait(self) -> None:
        """Wait if the present frame is too early."""
        now_ns = self._clock.steady_ns()
        self._due_ns = max(self._due_ns, now_ns - _EARLY_FRAMES * self._period_ns) + self._period_ns
        self._clock.wait(self._stop, max(0, self._due_ns - now_ns) / SECOND_NS)
