"""Remuxer of recordings for browsers: H.264 as MP4 without encoding it again, and thumbnails. Other codecs are in
`ipcamd.storage.transcode`; sound is always encoded, since no browser plays u-law. Imported by its threads only.
"""

import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from ipcamd.media.codecs import browser_codecs

SMALL = 320
"""Pixels across a small picture."""
BEGIN = 2.0
"""Seconds into a film where its small picture is from, or the middle of a shorter one."""
RATE = 8000
"""Samples per second."""
AnyPacket: TypeAlias = "av.Packet[Any]"
CheckWanted: TypeAlias = Callable[[], None]
"""Raises ``InterruptedError`` when nobody waits for the film any more."""
_BUFFER = 1 << 20


def mp4(source: BinaryIO, target: Path, check_wanted: CheckWanted) -> None:
    """Write a film in H.264 as MP4. Raises ``OSError`` (FFmpeg's errors are such too) and ``ValueError``."""
    with opened(source) as film, av.open(str(target), "w", format="mp4") as out:
        if not whole(film):
            raise ValueError("browsers play it in parts only")
        pictures = out.add_stream_from_template(pictures_of(film))
        sound = _Sound(out) if film.streams.audio else None
        for packet in film.demux():
            check_wanted()
            if packet.dts is None:
                continue
            if packet.stream.type == "video":
                packet.pts, packet.stream = packet.dts, pictures
                out.mux(packet)
            elif sound:
                sound.put(packet)
        if sound:
            sound.end()


def small_picture(source: BinaryIO, length: float) -> bytes:
    """Return a picture out of a film of so many seconds, or a smaller one of a picture, as JPEG. Raises like `mp4`."""
    with opened(source) as film:
        pictures = pictures_of(film)
        if length:
            seek(film, min(BEGIN, length / 2))
        frame = next(film.decode(pictures), None)
        if frame is None:
            raise ValueError("no picture in it can be decoded")
        image = frame.to_image(width=SMALL, height=SMALL * frame.height // frame.width)  # type: ignore[no-untyped-call]
    made = io.BytesIO()
    image.save(made, "JPEG", quality=75)
    return made.getvalue()


def opened(source: BinaryIO) -> InputContainer:
    """Open a film."""
    return cast("InputContainer", av.open(source, buffer_size=_BUFFER))


def seek(film: InputContainer, at: float) -> None:
    """Go to the last key frame before a second of a film that was just opened; stay at its beginning if there is none,
    or nothing tells where they are."""
    with suppress(OSError):
        film.seek(int(max(0, at) * 1_000_000))


def whole(film: InputContainer) -> bool:
    """Return whether browsers play its pictures as they are."""
    return pictures_of(film).codec_context.name in browser_codecs()


def pictures_of(film: InputContainer) -> VideoStream:
    """Return a film's pictures. Raises ``ValueError`` if it has none."""
    if not film.streams.video:
        raise ValueError("there are no pictures in it")
    return film.streams.video[0]


class _Sound:
    """Sound, as AAC."""

    def __init__(self, out: OutputContainer) -> None:
        self._out = out
        self._stream = out.add_stream("aac", rate=RATE, options={"b": "32000"})
        self._stream.codec_context.layout = "mono"
        self._resampler = AudioResampler("fltp", "mono", RATE)

    def put(self, packet: "AnyPacket") -> None:
        for frame in packet.decode():
            for part in self._resampler.resample(frame):  # type: ignore[arg-type]
                self._out.mux(self._stream.encode(part))

    def end(self) -> None:
        self._out.mux(self._stream.encode(None))
