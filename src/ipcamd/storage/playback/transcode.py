"""Transcoder of recordings that browsers cannot play: encodes segments of a few seconds on request.

Each segment is fragmented MP4 with its own header. Segments follow each other without a gap: a page appends them to a
Media Source as playback advances. Only threads import this module.
"""

import io
import math
from fractions import Fraction
from typing import Any, BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.codec.context import Flags
from av.container import InputContainer, OutputContainer
from av.video.frame import PictureType, VideoFrame

from ipcamd.storage.playback.remux import (
    AAC_PACKET_SAMPLES,
    AUDIO_RATE,
    AnyPacket,
    CheckWanted,
    add_audio_stream,
    audio_stream_of,
    frame_duration_s,
    is_playable,
    make_resampler,
    open_container,
    seek,
    video_stream_of,
)
from ipcamd.storage.recording import Segments

SEGMENT_S = 32 * AAC_PACKET_SAMPLES / AUDIO_RATE
"""Length of a segment in seconds: whole AAC packets, so that no gap is heard."""
KEYS_SEGMENT_S = 16 * SEGMENT_S
"""Length of a segment of key frames in seconds; such segments are played fast."""
KEYS_S = 1.0
"""Minimum seconds between key frames: some codecs have only key frames."""
MAX_WIDTH = 960
"""Maximum width in pixels."""
LEAD = 2
"""AAC packets that are encoded before a segment and dropped, because each packet depends on the previous ones."""
AFTER = 1.0
"""Maximum distance in the file, in seconds, between sound and pictures of the same time."""
_TICKS = 90_000
"""Ticks of the picture's clock per second."""
_FLAGS = {"movflags": "empty_moov+default_base_moof+skip_trailer"}


def segments_of(source: BinaryIO, keys_only: bool = False) -> Segments:
    """Return how a page plays a recording, or only its key frames. Raises the errors of `encode_segment`."""
    with open_container(source) as container:
        segment_s = None if is_playable(container) else _segment_s(keys_only)
        has_audio = audio_stream_of(container) is not None and not keys_only
        return Segments(_length_s(container), frame_duration_s(container), segment_s, has_audio)


def encode_segment(source: BinaryIO, number: int, check_wanted: CheckWanted, keys_only: bool = False) -> bytes:
    """Return a segment of a recording; the first one is 0. The clock of each segment begins at zero.

    With `keys_only` the segment is longer and contains only key frames, without sound. Raises the errors of
    `remux_to_mp4`.
    """
    made = io.BytesIO()
    with open_container(source) as container, av.open(made, "w", format="mp4", options=_FLAGS) as out:
        start_s = number * _segment_s(keys_only)
        duration_s = min(_segment_s(keys_only), _length_s(container) - start_s)
        if duration_s <= 0:
            raise ValueError(f"there is no segment {number}")
        pictures = _KeyPictures(container, out, duration_s) if keys_only else _Pictures(container, out, duration_s)
        tracks: dict[str, _Pictures | _Audio] = {"video": pictures}
        if audio_stream_of(container) and not keys_only:
            tracks["audio"] = _Audio(out, duration_s)
        seek(container, start_s - LEAD * AAC_PACKET_SAMPLES / AUDIO_RATE - frame_duration_s(container))
        for packet in container.demux():
            check_wanted()
            if packet.dts is None:
                continue
            at_s = float(packet.dts * packet.time_base) - start_s
            if at_s >= duration_s + AFTER:
                break
            if track := tracks.get(packet.stream.type):
                track.put(packet, at_s)
        for track in tracks.values():
            track.finish()
    return made.getvalue()


def _segment_s(keys_only: bool) -> float:
    return KEYS_SEGMENT_S if keys_only else SEGMENT_S


def _length_s(container: InputContainer) -> float:
    return (container.duration or 0) / 1_000_000


class _Pictures:
    """Pictures of a segment.

    Each lasts until the next one; the first one is shown from the beginning of the segment.
    """

    def __init__(self, container: InputContainer, out: OutputContainer, duration_s: float) -> None:
        source = video_stream_of(container)
        width = min(MAX_WIDTH, source.width) // 2 * 2
        self._size = width, source.height * width // source.width // 2 * 2
        self._out, self._duration_s = out, duration_s
        self._stream = out.add_stream("libx264", rate=source.average_rate, options={"preset": "ultrafast", "crf": "26"})
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, _TICKS)
        self._stream.codec_context.flags |= Flags.frame_duration
        self._shown: tuple[VideoFrame, float] | None = None

    def put(self, packet: AnyPacket, at_s: float) -> None:
        if at_s >= self._duration_s:
            return
        for frame in packet.decode():
            if isinstance(frame, VideoFrame):
                if at_s > 0:
                    self._encode(at_s)
                self._shown = frame, max(at_s, 0) if self._shown else 0  # some decoders return the first picture late

    def finish(self) -> None:
        if not self._shown:
            raise ValueError("no picture in it can be decoded")
        self._encode(self._duration_s)
        self._out.mux(self._stream.encode(None))

    def _encode(self, until_s: float) -> None:
        if not self._shown:
            return
        frame, at_s = self._shown
        plain = frame.reformat(*self._size, "yuv420p")
        plain.pict_type = PictureType.NONE  # otherwise each picture decoded from JPEG would be a key frame
        plain.time_base, plain.pts = Fraction(1, _TICKS), round(at_s * _TICKS)
        plain.duration = round(until_s * _TICKS) - plain.pts
        self._out.mux(self._stream.encode(plain))


class _KeyPictures(_Pictures):
    """Key frames, at most one every `KEYS_S`; the first is the last one before the segment."""

    _shown_at_s = -math.inf

    def put(self, packet: AnyPacket, at_s: float) -> None:
        if packet.is_keyframe and (at_s <= 0 or at_s - self._shown_at_s >= KEYS_S):
            self._shown_at_s = max(at_s, 0)
            super().put(packet, at_s)


class _Audio:
    """Sound of a segment as AAC, with silence where there is none."""

    def __init__(self, out: OutputContainer, duration_s: float) -> None:
        self._out = out
        self._stream = add_audio_stream(out)
        self._resampler = make_resampler()
        self._end = math.ceil(round(duration_s * AUDIO_RATE) / AAC_PACKET_SAMPLES) * AAC_PACKET_SAMPLES
        self._samples = np.zeros((1, LEAD * AAC_PACKET_SAMPLES + self._end + AAC_PACKET_SAMPLES), np.float32)

    def put(self, packet: AnyPacket, at_s: float) -> None:
        for frame in packet.decode():
            for piece in self._resampler.resample(frame):  # type: ignore[arg-type]
                self._lay(piece.to_ndarray(), LEAD * AAC_PACKET_SAMPLES + round(at_s * AUDIO_RATE))
                at_s += piece.samples / AUDIO_RATE

    def _lay(self, samples: "np.ndarray[Any, Any]", place: int) -> None:
        samples, place = samples[:, max(0, -place) :], max(0, place)
        room = self._samples[:, place : place + samples.shape[1]]
        room[:] = samples[:, : room.shape[1]]

    def finish(self) -> None:
        frame = AudioFrame.from_ndarray(self._samples, "fltp", "mono")
        frame.sample_rate, frame.time_base, frame.pts = AUDIO_RATE, Fraction(1, AUDIO_RATE), -LEAD * AAC_PACKET_SAMPLES
        for packet in (*self._stream.encode(frame), *self._stream.encode(None)):
            if packet.pts is not None and 0 <= packet.pts < self._end:
                self._out.mux(packet)
