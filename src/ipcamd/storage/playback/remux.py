"""Remuxer of recordings for browsers: H.264 as MP4 without encoding.

`ipcamd.storage.playback.transcode` converts other codecs. Sound that browsers do not play, such as u-law, becomes AAC.
Only threads import this module.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from ipcamd.media.codecs import browser_codecs

AUDIO_RATE = 8000
"""Samples per second."""
AnyPacket: TypeAlias = "av.Packet[Any]"
"""Encoded packet of any stream type."""
CheckWanted: TypeAlias = Callable[[], None]
"""Raises ``InterruptedError`` when the request was cancelled."""
AAC_PACKET_SAMPLES = 1024
"""Samples per AAC packet."""
_BUFFER = 1 << 20


def remux_to_mp4(source: BinaryIO, target: Path, check_wanted: CheckWanted, keys_only: bool = False) -> None:
    """Write a recording in H.264 as MP4; with `keys_only` only its key frames, without sound, for fast playback.

    Raises ``OSError`` and ``ValueError`` (see `open_container`).
    """
    with open_container(source) as container, av.open(str(target), "w", format="mp4") as out:
        if not is_playable(container):
            raise ValueError("browsers can play it only in segments")
        pictures = out.add_stream_from_template(video_stream_of(container))
        sound = None if keys_only else _audio_for(container, out)
        for packet in container.demux() if not keys_only else _key_packets(container):
            check_wanted()
            if packet.dts is None:
                continue
            if packet.stream.type == "video":
                packet.pts, packet.stream = packet.dts, pictures
                out.mux(packet)
            elif sound:
                sound.put(packet)
        if sound:
            sound.finish()


@contextmanager
def open_container(source: BinaryIO) -> Iterator[InputContainer]:
    """Open a recording, for a ``with`` statement, which raises FFmpeg's errors as ``OSError`` or ``ValueError``."""
    try:
        with av.open(source, "r", buffer_size=_BUFFER) as container:
            yield container
    except av.FFmpegError as error:
        raise error if isinstance(error, OSError) else ValueError(str(error)) from error


def seek(container: InputContainer, at_s: float) -> None:
    """Seek to the last key frame before `at_s` of a newly opened recording.

    The position stays at the beginning if there is no earlier key frame, or the file has no index.
    """
    with suppress(OSError):
        container.seek(int(max(0, at_s) * 1_000_000))


def _key_packets(container: InputContainer) -> Iterator[AnyPacket]:
    """Yield the key frames. Each lasts until the next one; the last one until the end."""
    held: AnyPacket | None = None
    for packet in container.demux(video_stream_of(container)):
        if held and held.dts is not None and packet.dts is not None:
            held.duration = packet.dts + (packet.duration or 1) - held.dts
        if packet.dts is not None and packet.is_keyframe:
            if held:
                yield held
            held = packet
    if held:
        yield held


def find_key_frame(source: BinaryIO, at_s: float) -> float:
    """Return the time of the last key frame that is not later than `at_s`, in seconds.

    Raises the errors of `remux_to_mp4`.
    """
    with open_container(source) as container:
        pictures, found = video_stream_of(container), 0.0
        frame_s = frame_duration_s(container)
        seek(container, at_s - frame_s)
        for packet in container.demux(pictures):
            packet_s = float(packet.dts * packet.time_base) if packet.dts is not None else at_s
            if packet_s > at_s + frame_s / 2:
                break
            found = packet_s if packet.is_keyframe else found
        return found


def frame_duration_s(container: InputContainer) -> float:
    """Return the duration of a picture in seconds, 0 if unknown; FFmpeg may seek beyond the requested time by it."""
    rate = video_stream_of(container).average_rate
    return float(1 / rate) if rate else 0


def make_resampler() -> AudioResampler:
    """Return a resampler of sound for `add_audio_stream`."""
    return AudioResampler("fltp", "mono", AUDIO_RATE)


def add_audio_stream(out: OutputContainer) -> AudioStream:
    """Return a new AAC track with a sample rate of `AUDIO_RATE`."""
    stream = out.add_stream("aac", rate=AUDIO_RATE, options={"b": "32000"})
    stream.codec_context.layout = "mono"
    return stream


def is_playable(container: InputContainer) -> bool:
    """Return whether browsers play its video without transcoding."""
    return video_stream_of(container).codec_context.name in browser_codecs()


def video_stream_of(container: InputContainer) -> VideoStream:
    """Return the video stream. Raises ``ValueError`` if there is none, or it cannot be decoded."""
    if not container.streams.video:
        raise ValueError("the file contains no pictures")
    stream = container.streams.video[0]
    if not (stream.codec_context and stream.width and stream.height):
        raise ValueError("the codec of its pictures is unknown, or the file is damaged")
    return stream


def audio_stream_of(container: InputContainer) -> AudioStream | None:
    """Return the audio stream; None if there is none, or it cannot be decoded."""
    return next((stream for stream in container.streams.audio if stream.codec_context), None)


def _audio_for(container: InputContainer, out: OutputContainer) -> "_CopiedAudio | _EncodedAudio | None":
    source = audio_stream_of(container)
    if source is None:
        return None
    return _CopiedAudio(out, source) if source.codec_context.name in browser_codecs() else _EncodedAudio(out)


class _CopiedAudio:
    """Sound track in the codec of the recording."""

    def __init__(self, out: OutputContainer, source: AudioStream) -> None:
        self._out = out
        self._stream = out.add_stream_from_template(source)

    def put(self, packet: "AnyPacket") -> None:
        packet.stream = self._stream
        self._out.mux(packet)

    def finish(self) -> None:
        pass


class _EncodedAudio:
    """Sound track, encoded as AAC."""

    def __init__(self, out: OutputContainer) -> None:
        self._out = out
        self._stream = add_audio_stream(out)
        self._resampler = make_resampler()

    def put(self, packet: "AnyPacket") -> None:
        for frame in packet.decode():
            for part in self._resampler.resample(frame):  # type: ignore[arg-type]
                self._out.mux(self._stream.encode(part))

    def finish(self) -> None:
        self._out.mux(self._stream.encode(None))
