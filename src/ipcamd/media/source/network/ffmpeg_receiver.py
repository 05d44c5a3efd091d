"""Live media: pictures and sound that FFmpeg receives as they are made."""

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import av
from av.container import InputContainer

from ipcamd.errors import SourceError
from ipcamd.media.capture import signal_timeout
from ipcamd.media.capture.signal_timeout import SilenceLimit
from ipcamd.media.frame import Picture, Sound
from ipcamd.media.frame_decimator import SECOND
from ipcamd.media.source.clock_recovery import ClockRecovery
from ipcamd.media.source.convert import AUDIO_RATE_HZ, AudioConverter, VideoConverter
from ipcamd.media.source.decode import configure_decoder
from ipcamd.media.source.ffmpeg import decode_frames, find_video, timestamp_s
from ipcamd.media.source.pacing import Clock, RateLimiter

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted


def low_delay_options() -> dict[str, str]:
    """Return FFmpeg's options for a short delay; times are in microseconds.

    FFmpeg's own time-out is the longer one, so that `open_media` can tell a silent peer from one that refuses.
    """
    return {
        "fflags": "nobuffer",
        "analyzeduration": "1000000",
        "fpsprobesize": "0",
        "timeout": str(int(2 * signal_timeout.OPENING_S * 1_000_000)),
    }


def receive_live(
    medium: InputContainer,
    wanted: "Callable[[], Wanted]",
    recovery: ClockRecovery,
    stop: threading.Event,
    clock: Clock,
    limit: SilenceLimit,
) -> Iterator[Picture | Sound]:
    """Yield pictures and sound until `stop` is set. Raises `SourceError` when the stream ends or stalls."""
    receiver = _Receiver(medium, recovery, clock, limit)
    for frame in decode_frames(medium, *receiver.streams, limit=limit):
        if stop.is_set():
            return
        if isinstance(frame, av.VideoFrame):
            yield from receiver.picture(frame, wanted())
        else:
            yield from receiver.sound(frame, wanted())
    raise SourceError("ended")


class _Receiver:
    """State of one connection."""

    def __init__(self, medium: InputContainer, recovery: ClockRecovery, clock: Clock, limit: SilenceLimit) -> None:
        video, audio = find_video(medium), medium.streams.best("audio")
        self.streams = [video] if audio is None else [video, audio]
        configure_decoder(video, live=True)
        self._converter, self._audio_converter, self._limiter = (
            VideoConverter(video.sample_aspect_ratio),
            AudioConverter(),
            RateLimiter(),
        )
        self._recovery, self._clock, self._limit = recovery, clock, limit
        self._number = -1
        self._last_ns = clock.steady_ns()

    def picture(self, frame: av.VideoFrame, want: "Wanted") -> Iterator[Picture]:
        """Yield the picture if it is within the wanted rate."""
        self._last_ns = self._clock.steady_ns()
        self._limit.note_picture(self._last_ns / SECOND)
        captured_ns = self._recovery.capture_time_ns(timestamp_s(frame))
        if self._limiter.admits(captured_ns, want.rate):
            self._number += 1
            yield Picture(self._converter.convert(frame, want.size), captured_ns, self._number)

    def sound(self, frame: av.AudioFrame, want: "Wanted") -> Iterator[Sound]:
        """Yield the sound if anybody listens. Raises `SourceError` if pictures have been missing for too long."""
        if self._clock.steady_ns() - self._last_ns > float(self._limit) * SECOND:
            raise SourceError(f"sends sound but no picture for {float(self._limit):g} s")
        captured_ns = self._recovery.capture_time_ns(timestamp_s(frame))
        for samples in self._audio_converter.convert(frame) if want.sound else ():
            yield Sound(samples, captured_ns)
            captured_ns += samples.size * SECOND // AUDIO_RATE_HZ
