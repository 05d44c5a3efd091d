"""Transcoder of recordings that browsers cannot play: encodes segments of a few seconds on request.

The parts of a film are fragmented MP4, each with its own head, and follow one another without a seam: a page hands
them to a Media Source as the viewer gets to them. Imported by its threads only.
"""

import io
import math
from fractions import Fraction
from typing import Any, BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.codec.context import Flags
from av.container import InputContainer, OutputContainer
from av.video.frame import PictureType, VideoFrame

from ipcamd.storage.recording import Parts
from ipcamd.storage.remux import RATE, AnyPacket, CheckWanted, opened, pictures_of, seek, whole

GRAIN = 1024
"""Samples of a packet of AAC."""
SECONDS = 32 * GRAIN / RATE
"""A part: whole packets of sound, so that there is no seam to be heard."""
WIDE = 960
"""Maximum width in pixels."""
LEAD = 2
"""Packets of sound that are encoded before a part, and thrown away: each needs what was before it."""
AFTER = 1.0
"""Seconds that sound and picture may be apart in the file."""
_TICKS = 90_000
"""Of the picture's clock, per second."""
_FLAGS = {"movflags": "empty_moov+default_base_moof+skip_trailer"}


def parts_of(source: BinaryIO) -> Parts | None:
    """Return what a page must know of a film to play it in parts; None if it plays as a whole. Raises like `part`."""
    with opened(source) as film:
        return None if whole(film) else Parts(_length(film), SECONDS, bool(film.streams.audio))


def part(source: BinaryIO, number: int, check_wanted: CheckWanted) -> bytes:
    """Return a part of a film, the first one being 0; its clock begins at zero. Raises like `remux.mp4`."""
    made = io.BytesIO()
    with opened(source) as film, av.open(made, "w", format="mp4", options=_FLAGS) as out:
        begin = number * SECONDS
        lasts = min(SECONDS, _length(film) - begin)
        if lasts <= 0:
            raise ValueError(f"it has no part {number}")
        tracks: dict[str, _Pictures | _Sound] = {"video": _Pictures(film, out, lasts)}
        if film.streams.audio:
            tracks["audio"] = _Sound(out, lasts)
        seek(film, begin - LEAD * GRAIN / RATE - _slot(film))
        for packet in film.demux():
            check_wanted()
            if packet.dts is None:
                continue
            at = float(packet.dts * packet.time_base) - begin
            if at >= lasts + AFTER:
                break
            if track := tracks.get(packet.stream.type):
                track.put(packet, at)
        for track in tracks.values():
            track.end()
    return made.getvalue()


def _length(film: InputContainer) -> float:
    return (film.duration or 0) / 1_000_000


def _slot(film: InputContainer) -> float:
    """Return how many seconds a picture lasts: when seeking, FFmpeg takes the nearest one's time for ours."""
    rate = pictures_of(film).average_rate
    return float(1 / rate) if rate else 0


class _Pictures:
    """Each is shown until the next one comes; the first one is what is seen when the part begins."""

    def __init__(self, film: InputContainer, out: OutputContainer, lasts: float) -> None:
        source = pictures_of(film)
        width = min(WIDE, source.width) // 2 * 2
        self._size = width, source.height * width // source.width // 2 * 2
        self._out, self._lasts = out, lasts
        self._stream = out.add_stream("libx264", rate=source.average_rate, options={"preset": "ultrafast", "crf": "26"})
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, _TICKS)
        self._stream.codec_context.flags |= Flags.frame_duration
        self._shown: tuple[VideoFrame, float] | None = None

    def put(self, packet: AnyPacket, at: float) -> None:
        if at >= self._lasts:
            return
        for frame in packet.decode():
            if isinstance(frame, VideoFrame):
                if at > 0:
                    self._encode(at)
                self._shown = frame, max(at, 0) if self._shown else 0  # some decoders give the first one late

    def end(self) -> None:
        if not self._shown:
            raise ValueError("no picture in it can be decoded")
        self._encode(self._lasts)
        self._out.mux(self._stream.encode(None))

    def _encode(self, until: float) -> None:
        if not self._shown:
            return
        frame, at = self._shown
        plain = frame.reformat(*self._size, "yuv420p")
        plain.pict_type = PictureType.NONE  # or each picture out of a JPEG would be a key frame
        plain.time_base, plain.pts = Fraction(1, _TICKS), round(at * _TICKS)
        plain.duration = round(until * _TICKS) - plain.pts
        self._out.mux(self._stream.encode(plain))


class _Sound:
    """As AAC; silence where there is none."""

    def __init__(self, out: OutputContainer, lasts: float) -> None:
        self._out = out
        self._stream = out.add_stream("aac", rate=RATE, options={"b": "32000"})
        self._stream.codec_context.layout = "mono"
        self._resampler = AudioResampler("fltp", "mono", RATE)
        self._end = math.ceil(round(lasts * RATE) / GRAIN) * GRAIN
        self._samples = np.zeros((1, LEAD * GRAIN + self._end + GRAIN), np.float32)

    def put(self, packet: AnyPacket, at: float) -> None:
        for frame in packet.decode():
            for piece in self._resampler.resample(frame):  # type: ignore[arg-type]
                self._lay(piece.to_ndarray(), LEAD * GRAIN + round(at * RATE))
                at += piece.samples / RATE

    def _lay(self, samples: "np.ndarray[Any, Any]", place: int) -> None:
        samples, place = samples[:, max(0, -place) :], max(0, place)
        room = self._samples[:, place : place + samples.shape[1]]
        room[:] = samples[:, : room.shape[1]]

    def end(self) -> None:
        frame = AudioFrame.from_ndarray(self._samples, "fltp", "mono")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), -LEAD * GRAIN
        for packet in (*self._stream.encode(frame), *self._stream.encode(None)):
            if packet.pts is not None and 0 <= packet.pts < self._end:
                self._out.mux(packet)
