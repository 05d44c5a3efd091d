"""ALSA input: a microphone or line input of this computer."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from typing import TYPE_CHECKING

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import AudioChunk
from ipcamd.media.source.clock_recovery import ClockRecovery
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source_timeout import SILENCE_S, SourceTimeout
from ipcamd.time_units import SECOND_NS

if TYPE_CHECKING:
    import av
    from av.container import InputContainer

CONFIGURATIONS = ("/usr/share/alsa/alsa.conf", "/etc/alsa/alsa.conf")
"""Usual directories of ALSA's configuration, which the library in PyAV does not know."""

_STAMP_LIMIT_NS = SECOND_NS
"""A time stamp that differs by more is not from the system's clock."""
_CARD_RATE_HZ = "48000"
"""Every sound card supports this rate."""
_BURST_NS = SECOND_NS // 5
"""Sound further ahead of real time does not come from a sound card; it is slowed down."""
_CHUNKS_PER_S = 50
"""Most chunks per second, because cards deliver a few samples at a time."""


class AlsaInput:
    """ALSA device, such as ``default``, ``hw:1`` or ``plughw:CARD=USB``."""

    def __init__(self, device: str, clock: Clock) -> None:
        """`device` is ALSA's name; `clock` gives the capture times."""
        self.name = f"alsa:{device}"
        self._device = device
        self._clock = clock

    def check(self) -> None:
        """See `AudioSource`: the device must exist and deliver sound."""
        try:
            with closing(self._open()):
                pass
        except SourceError as error:
            raise ConfigError(f"audio {self.name}: {error}{_hint()}") from error

    def play(self, stop: threading.Event) -> Iterator[AudioChunk]:
        """See `AudioSource`."""
        from ipcamd.media.source.audio_chunks import time_chunks
        from ipcamd.media.source.convert import AudioConverter

        with closing(self._open()) as medium:
            audio_converter, recovery, heard = AudioConverter(), ClockRecovery(self._clock, stop, _BURST_NS), 0
            for pts, frame in _frames(medium):
                heard += frame.samples
                recovery.capture_time_ns(Fraction(heard, frame.sample_rate))
                if stop.is_set():
                    return
                captured_ns = self._captured(pts, frame.samples * SECOND_NS // frame.sample_rate)
                yield from time_chunks(audio_converter.convert(frame), captured_ns)

    def _captured(self, pts: Fraction | None, length: int) -> int:
        """Return the camera's time of a frame's first sample; `pts` is FFmpeg's time stamp of the system clock (s)."""
        ago = length if pts is None else time.time_ns() - int(pts * SECOND_NS)
        return self._clock.now_ns() - (ago if 0 <= ago < _STAMP_LIMIT_NS else length)

    def _open(self) -> "InputContainer":
        from ipcamd.media.source.ffmpeg import open_media

        _configure()
        failure = SourceError("delivers no sound")
        for channels in ("1", "2"):
            try:
                return open_media(self._device, {"channels": channels, "sample_rate": _CARD_RATE_HZ}, "alsa")
            except SourceError as error:
                failure = error
        raise failure


def _frames(medium: "InputContainer") -> "Iterator[tuple[Fraction | None, av.AudioFrame]]":
    """Yield the card's sound in larger chunks, each with its time stamp in seconds."""
    import av
    import numpy as np
    from av.error import FFmpegError

    from ipcamd.media.source.ffmpeg import describe_error, timestamp_s

    stream = medium.streams.audio[0]
    rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout.name
    width = 2 * stream.codec_context.channels
    gathered, pts = bytearray(), None
    try:
        for packet in medium.demux(stream):
            pts = pts if gathered else timestamp_s(packet)
            gathered += bytes(packet)
            if len(gathered) >= rate * width // _CHUNKS_PER_S:
                frame = av.AudioFrame.from_ndarray(np.frombuffer(bytes(gathered), "<i2").reshape(1, -1), "s16", layout)
                frame.sample_rate = rate
                gathered.clear()
                yield pts, frame
    except FFmpegError as error:
        raise SourceError(f"stopped: {describe_error(error, SourceTimeout(SILENCE_S))}") from None


def _configure() -> None:
    """Set the directory of the configuration, unless the environment does."""
    found = next((path for path in CONFIGURATIONS if os.path.isfile(path)), None)  # noqa: PTH113 - one test, no paths
    if found:
        os.environ.setdefault("ALSA_CONFIG_PATH", found)


def _hint() -> str:
    if "ALSA_CONFIG_PATH" not in os.environ:
        return "; ALSA is not configured: install libasound2-data, or set ALSA_CONFIG_PATH to an alsa.conf"
    return "; arecord -L lists the existing devices"
