"""Recordings as a browser plays them: films as MP4, and a small picture of each. Imported by its threads only.

H.264 is packed anew as it is; MPEG-4 and JPEG, which browsers do not play, are encoded again, small. So is the sound:
no browser plays u-law.
"""

import io
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame

WIDE = 960
"""Most pixels across, where pictures are encoded again."""
SMALL = 320
"""Pixels across a small picture."""
BEGIN = 2.0
"""Seconds into a film where its small picture is from, or the middle of a shorter one."""
AnyPacket: TypeAlias = "av.Packet[Any]"
_BUFFER = 1 << 20


def mp4(source: BinaryIO, target: Path) -> None:
    """Write a film as MP4. Raises ``OSError`` (FFmpeg's errors are such too) and ``ValueError``."""
    with _opened(source) as film, av.open(str(target), "w", format="mp4") as out:
        pictures = _Copied(film, out) if film.streams.video[0].codec_context.name == "h264" else _Anew(film, out)
        sound = _Sound(out) if film.streams.audio else None
        for packet in film.demux():
            if packet.dts is None:
                continue
            if packet.stream.type == "video":
                pictures.put(packet)
            elif sound:
                sound.put(packet)
        pictures.end()
        if sound:
            sound.end()


def small_picture(source: BinaryIO, length: float) -> bytes:
    """Return a picture out of a film of so many seconds, or a smaller one of a picture, as JPEG. Raises like `mp4`."""
    with _opened(source) as film:
        if length:
            film.seek(int(min(BEGIN, length / 2) * 1_000_000))  # to the key frame before
        frame = next(film.decode(video=0))
        image = frame.to_image(width=SMALL, height=SMALL * frame.height // frame.width)  # type: ignore[no-untyped-call]
    made = io.BytesIO()
    image.save(made, "JPEG", quality=75)
    return made.getvalue()


def _opened(source: BinaryIO) -> InputContainer:
    return cast("InputContainer", av.open(source, buffer_size=_BUFFER))


class _Copied:
    """H.264 packets from one file into the other."""

    def __init__(self, film: InputContainer, out: OutputContainer) -> None:
        self._out = out
        self._stream = out.add_stream_from_template(film.streams.video[0])

    def put(self, packet: "AnyPacket") -> None:
        packet.pts, packet.stream = packet.dts, self._stream
        self._out.mux(packet)

    def end(self) -> None:
        pass


class _Anew:
    """Pictures, encoded again."""

    def __init__(self, film: InputContainer, out: OutputContainer) -> None:
        source = film.streams.video[0]
        width = min(WIDE, source.width)
        self._size = width, source.height * width // source.width // 2 * 2
        self._out = out
        self._stream = out.add_stream("libx264", rate=source.average_rate, options={"preset": "ultrafast", "crf": "26"})
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        if source.time_base:
            self._stream.codec_context.time_base = source.time_base

    def put(self, packet: "AnyPacket") -> None:
        for frame in packet.decode():
            if isinstance(frame, VideoFrame):
                plain = frame.reformat(*self._size, "yuv420p")
                plain.pts, plain.time_base = packet.dts, packet.time_base
                self._out.mux(self._stream.encode(plain))

    def end(self) -> None:
        self._out.mux(self._stream.encode(None))


class _Sound:
    """Sound, as AAC."""

    def __init__(self, out: OutputContainer) -> None:
        self._out = out
        self._stream = out.add_stream("aac", rate=8000, options={"b": "32000"})
        self._stream.codec_context.layout = "mono"
        self._resampler = AudioResampler("fltp", "mono", 8000)

    def put(self, packet: "AnyPacket") -> None:
        for frame in packet.decode():
            for part in self._resampler.resample(frame):  # type: ignore[arg-type]
                self._out.mux(self._stream.encode(part))

    def end(self) -> None:
        self._out.mux(self._stream.encode(None))
