"""Media file: plays a file once, from its first picture to its last."""

import logging
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

import av
import numpy as np
from av.container import InputContainer
from av.stream import Stream
from numpy.typing import NDArray

from ipcamd.errors import SourceError
from ipcamd.media.capture.silence import SilenceLimit
from ipcamd.media.frame_decimator import SECOND
from ipcamd.media.source.convert import AUDIO_RATE_HZ, AudioConverter
from ipcamd.media.source.decode import configure_decoder
from ipcamd.media.source.ffmpeg import OpenFile, decode_frames, find_video, open_media, timestamp_s
from ipcamd.media.source.media_file.timestamp_map import SLIP_NS, TimestampMap

_log = logging.getLogger(__name__)

TimedSamples: TypeAlias = tuple[int, NDArray[np.int16]]
"""When sound starts (nanoseconds since the film's first picture), and its samples."""

_LEAP_NS, _LEAP_OF_BROADCASTS_NS = 3600 * SECOND, 60 * SECOND
"""A picture that would stay longer has a broken time stamp; sooner in forms whose time stamps may leap, as MPEG-TS."""

_MAY_LEAP = 0x200
"""FFmpeg's flag of such forms (AVFMT_TS_DISCONT)."""

_SHORTEST, _USUAL, _LONGEST = Fraction(1, 240), Fraction(1, 25), Fraction(1)
"""The stay of a picture, in seconds, where no time stamp says it."""


class MediaFile:
    """A recording, opened once for its pictures and, while somebody listens, once more for its sound."""

    def __init__(
        self,
        place: str,
        options: dict[str, str],
        form: str | None = None,
        limit: SilenceLimit | None = None,
        open_file: OpenFile | None = None,
    ) -> None:
        """Open it; for the arguments see `open_medium`. Raises `SourceError` if it cannot be read or has no picture."""
        self._open = partial(open_media, place, options, form, limit, open_file)
        self._limit = limit
        self._medium = self._open()
        self._timestamps = TimestampMap(_LEAP_OF_BROADCASTS_NS if self._medium.format.flags & _MAY_LEAP else _LEAP_NS)
        self._track: AudioTrack | None = None
        try:
            self._stream = find_video(self._medium)
            configure_decoder(self._stream, live=False)
        except SourceError:
            self.close()
            raise
        self.shape = self._stream.sample_aspect_ratio

    @property
    def has_sound(self) -> bool:
        """Whether there is sound in it."""
        return self._medium.streams.best("audio") is not None

    def close(self) -> None:
        """Close everything that is open."""
        self.close_sound()
        self._medium.close()

    def pictures(self) -> Iterator[tuple[int, int, av.VideoFrame]]:
        """Yield each picture with its time since the first one and how long it stays, in nanoseconds."""
        step = 0
        picture: av.VideoFrame
        for picture in _readable(self._medium, self._stream, self._limit):
            at = self._timestamps.place_picture(timestamp_s(picture), step)
            step = _stay(picture, self._stream)
            yield at, step, picture

    def skip_unneeded(self, late: bool) -> None:
        """Leave out pictures that no other depends on, as long as the decoder is late."""
        self._stream.codec_context.skip_frame = "NONREF" if late else "DEFAULT"

    def sound(self, start: int, end: int) -> Iterator[TimedSamples]:
        """Yield the sound up to `end`: from `start` if nobody listened, else from where it was left."""
        if self._track is None:
            self._track = AudioTrack(self._open(), self._timestamps, start, self._limit)
        return self._track.until(end)

    def close_sound(self) -> None:
        """Close the sound; the next call of `sound` finds its place again."""
        if self._track:
            self._track.close()
        self._track = None


class AudioTrack:
    """A film's sound, from some moment on."""

    def __init__(
        self, medium: InputContainer, timestamps: TimestampMap, start: int, limit: SilenceLimit | None = None
    ) -> None:
        """`start` is in nanoseconds after the film's first picture."""
        self._stretches = _stretches(medium, timestamps, start, limit)
        self.close = medium.close
        self._ahead = next(self._stretches, None)

    def until(self, end: int) -> Iterator[TimedSamples]:
        """Yield the sound that starts before `end` and was not yielded before."""
        while self._ahead and self._ahead[0] < end:
            yield self._ahead
            self._ahead = next(self._stretches, None)


def _stretches(
    medium: InputContainer, timestamps: TimestampMap, start: int, limit: SilenceLimit | None
) -> Iterator[TimedSamples]:
    stream = medium.streams.best("audio")
    if stream is None:
        return
    if start:
        medium.seek(int(timestamps.stamp_of(start) * av.time_base))
    audio_converter, begin, count, done, due = AudioConverter(), start, 0, start, None
    sound: av.AudioFrame
    for sound in _readable(medium, stream, limit):
        stamp, at = timestamp_s(sound), begin + count * SECOND // AUDIO_RATE_HZ
        continuous = stamp is None or due is None or abs(stamp - due) * SECOND <= SLIP_NS
        due = None if stamp is None else stamp + Fraction(sound.samples, sound.sample_rate)
        there = timestamps.place_sound(stamp, at, continuous)
        if abs(there - at) > SLIP_NS:
            begin, count = there, 0
        for samples in audio_converter.convert(sound):
            at = begin + count * SECOND // AUDIO_RATE_HZ
            count += samples.size
            if at >= done:
                done = begin + count * SECOND // AUDIO_RATE_HZ
                yield at, samples


def _readable(medium: InputContainer, stream: Stream, limit: SilenceLimit | None) -> Iterator[Any]:
    """Yield what can be decoded: a file that was cut off ends where it was cut."""
    try:
        yield from decode_frames(medium, stream, limit=limit)
    except SourceError as error:
        _log.debug("%s %s", medium.name, error)


def _stay(picture: av.VideoFrame, stream: av.VideoStream) -> int:
    """Return how long a picture is said to stay, in nanoseconds."""
    said_ns = int((picture.duration or 0) * Fraction(picture.time_base or 0) * SECOND)
    if 0 < said_ns <= _LEAP_OF_BROADCASTS_NS:
        return said_ns
    rate = stream.average_rate or stream.guessed_rate
    return int(min(max(1 / rate if rate else _USUAL, _SHORTEST), _LONGEST) * SECOND)
