"""Live pictures and sound that FFmpeg receives."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import av
from av.container import InputContainer

from ipcamd.errors import SourceError
from ipcamd.media.frame import Picture, Sound
from ipcamd.media.pacer import SECOND
from ipcamd.media.source.arrival import Arrival
from ipcamd.media.source.decode import SOUND_RATE, Ear, Eye, prepare
from ipcamd.media.source.medium import TIMEOUT, decoded, open_medium, time_of, video_of
from ipcamd.media.source.pace import Clock, Picker

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted

QUICK = {
    "fflags": "nobuffer",
    "analyzeduration": "1000000",
    "fpsprobesize": "0",
    "timeout": str(int(TIMEOUT * 1_000_000)),
}
"""FFmpeg's options for a short delay; times are in microseconds."""

_FIRST = 10 * SECOND
"""How long the first picture may take: a decoder has to wait for a key frame."""


def rtsp(url: str, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock) -> Iterator[Picture | Sound]:
    """Yield what an RTSP camera sends, over TCP; see `Source.play`."""
    options = QUICK | {
        "rtsp_transport": "tcp",
        "allowed_media_types": "video+audio",
        "protocol_whitelist": "rtsp,rtsps,tcp,tls,rtp,udp",
    }
    with closing(open_medium(url, options)) as medium:
        yield from live(medium, wanted, Arrival(clock, stop), stop, clock)


def live(
    medium: InputContainer, wanted: "Callable[[], Wanted]", arrival: Arrival, stop: threading.Event, clock: Clock
) -> Iterator[Picture | Sound]:
    """Yield what arrives in a medium until it ends, which raises `SourceError`, or `stop` is set."""
    receiver = _Receiver(medium, arrival, clock)
    for frame in decoded(medium, *receiver.streams):
        if stop.is_set():
            return
        if isinstance(frame, av.VideoFrame):
            yield from receiver.picture(frame, wanted())
        else:
            yield from receiver.sound(frame, wanted())
    raise SourceError("ended")


class _Receiver:
    """Keeps what belongs to one connection."""

    def __init__(self, medium: InputContainer, arrival: Arrival, clock: Clock) -> None:
        video, audio = video_of(medium), medium.streams.best("audio")
        self.streams = [video] if audio is None else [video, audio]
        prepare(video, live=True)
        self._eye, self._ear, self._picker = Eye(video.sample_aspect_ratio), Ear(), Picker()
        self._arrival, self._clock = arrival, clock
        self._number = -1
        self._patience = clock.steady() + _FIRST

    def picture(self, frame: av.VideoFrame, want: "Wanted") -> Iterator[Picture]:
        """Yield the picture, if one is due."""
        self._patience = self._clock.steady() + int(TIMEOUT * SECOND)
        captured = self._arrival.captured(time_of(frame))
        if self._picker.takes(captured, want.rate):
            self._number += 1
            yield Picture(self._eye.see(frame, want.size), captured, self._number)

    def sound(self, frame: av.AudioFrame, want: "Wanted") -> Iterator[Sound]:
        """Yield the sound, if anybody listens; raise `SourceError` if it has come alone for too long."""
        if self._clock.steady() > self._patience:
            raise SourceError("sends sound, but no picture")
        captured = self._arrival.captured(time_of(frame))
        for samples in self._ear.hear(frame) if want.sound else ():
            yield Sound(samples, captured)
            captured += samples.size * SECOND // SOUND_RATE
