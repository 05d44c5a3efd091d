"""Clips made by tests, and their contents."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ipcamd.media.frame import AudioChunk, Picture
from ipcamd.media.planes import planes


def pictures(items: Sequence[Picture | AudioChunk]) -> list[Picture]:
    return [item for item in items if isinstance(item, Picture)]


def sounds(items: Sequence[Picture | AudioChunk]) -> list[AudioChunk]:
    return [item for item in items if isinstance(item, AudioChunk)]


def level(picture: Picture) -> int:
    """The mean brightness of a picture, by which the clips' pictures are told apart."""
    return round(float(planes(picture.video)[0].mean()))


def grey(size: tuple[int, int], luma: int, form: str = "yuv420p") -> av.VideoFrame:
    frame = av.VideoFrame(*size, form)
    for plane, value in zip(planes(frame), (luma, 128, 128), strict=True):
        plane[:] = value
    return frame


def clip(
    path: Path,
    levels: Sequence[int] = tuple(range(16, 236, 20)),
    codec: str = "mpeg4",
    size: tuple[int, int] = (64, 48),
    rate: int = 10,
    times: Sequence[int] | None = None,
    sound: float = 0,
    options: dict[str, str] | None = None,
    offset: float = 0,
) -> Path:
    """Write a video of grey pictures, a level each; `times` are ticks of 1/rate; `sound` and `offset` are seconds."""
    with av.open(str(path), "w", options={"output_ts_offset": str(offset)} if offset else {}) as box:
        stream = box.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        track = (
            box.add_stream("pcm_s16le" if path.suffix == ".avi" else "aac", rate=16000, layout="mono")
            if sound
            else None
        )
        for index, luma in enumerate(levels):
            frame = grey(size, luma, stream.pix_fmt)
            frame.pts, frame.time_base = (times[index] if times else index), Fraction(1, rate)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
        if track:
            for packet in _tone(track, sound):
                box.mux(packet)
    return path


def _tone(track: av.AudioStream, seconds: float) -> Iterator[av.Packet]:
    """Sound whose loudness grows from 0 to 32000 in the given time."""
    size, total = 1024, round(16000 * seconds)
    form = track.codec_context.format.name
    for start in range(0, total, size):
        count = min(size, total - start)
        at = np.arange(start, start + count)
        wave = (32000 * at / total * np.sin(2 * np.pi * 440 * at / 16000)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[None, :], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 16000, start, Fraction(1, 16000)
        for converted in av.AudioResampler(form, "mono", 16000).resample(frame) if form != "s16" else [frame]:
            yield from track.encode(converted)
    yield from track.encode(None)
