"""One showing of a recording, from its first picture to its last."""

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
from ipcamd.media.pacer import SECOND
from ipcamd.media.silence import SilenceLimit
from ipcamd.media.source.decode import SOUND_RATE, Ear, prepare
from ipcamd.media.source.medium import OpenFile, decoded, open_medium, time_of, video_of

_log = logging.getLogger(__name__)

Stretch: TypeAlias = tuple[int, NDArray[np.int16]]
"""When sound starts (nanoseconds since the film's first picture), and its samples."""

_LEAP = 10 * SECOND
"""A picture that would stay longer than this has a broken time stamp."""

_SLIP = SECOND // 10
"""Sound whose time stamp is off by more than this has a gap before it."""

_SHORTEST, _LONGEST, _USUAL = Fraction(1, 240), Fraction(1), Fraction(1, 25)
"""What a picture's stay is taken for, in seconds, where no time stamp says it."""


class Film:
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
        self._open = partial(open_medium, place, options, form, limit, open_file)
        self._medium = self._open()
        self._zero = Fraction(0)
        self._track: Track | None = None
        try:
            self._stream = video_of(self._medium)
            prepare(self._stream, live=False)
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
        self.hush()
        self._medium.close()

    def pictures(self) -> Iterator[tuple[int, int, av.VideoFrame]]:
        """Yield each picture with its time since the first one and how long it stays, in nanoseconds."""
        times = Times()
        picture: av.VideoFrame
        for picture in _readable(self._medium, self._stream):
            step = _step(picture, self._stream)
            at = times.next(time_of(picture), step)
            self._zero = times.zero
            yield at, step, picture

    def hurry(self, late: bool) -> None:
        """Leave out pictures that no other depends on, as long as the decoder is late."""
        self._stream.codec_context.skip_frame = "NONREF" if late else "DEFAULT"

    def sound(self, start: int, end: int) -> Iterator[Stretch]:
        """Yield the sound up to `end`: from `start` if nobody listened, else from where it was left."""
        if self._track is None:
            self._track = Track(self._open(), self._zero, start)
        return self._track.until(end)

    def hush(self) -> None:
        """Close the sound; the next call of `sound` finds its place again."""
        if self._track:
            self._track.close()
        self._track = None


class Times:
    """Makes steady time of time stamps that may be missing, stand still or leap."""

    def __init__(self) -> None:
        self.zero = Fraction(0)
        """The first picture's time stamp, in seconds."""
        self._at = -1
        self._last: Fraction | None = None

    def next(self, time: Fraction | None, step: int) -> int:
        """Return when the next picture is due, in nanoseconds since the first; `step` is the usual time between two."""
        if self._at < 0:
            self._at, self.zero = 0, time or self.zero
        else:
            gap = 0 if time is None or self._last is None else int((time - self._last) * SECOND)
            self._at += gap if 0 < gap <= _LEAP else step
        self._last = time
        return self._at


class Track:
    """A film's sound, from some moment on."""

    def __init__(self, medium: InputContainer, zero: Fraction, start: int) -> None:
        """`zero` is the time stamp of the film's first picture; `start` is in nanoseconds after it."""
        self._stretches = _stretches(medium, zero, start)
        self.close = medium.close
        self._ahead = next(self._stretches, None)

    def until(self, end: int) -> Iterator[Stretch]:
        """Yield the sound that starts before `end` and was not yielded before."""
        while self._ahead and self._ahead[0] < end:
            yield self._ahead
            self._ahead = next(self._stretches, None)


def _stretches(medium: InputContainer, zero: Fraction, start: int) -> Iterator[Stretch]:
    stream = medium.streams.best("audio")
    if stream is None:
        return
    if start:
        medium.seek(int((zero + Fraction(start, SECOND)) * av.time_base))
    ear, begin, count = Ear(), 0, 0
    sound: av.AudioFrame
    for sound in _readable(medium, stream):
        time, at = time_of(sound), begin + count * SECOND // SOUND_RATE
        there = at if time is None else int((time - zero) * SECOND)
        if abs(there - at) > _SLIP:
            begin, count = there, 0
        for samples in ear.hear(sound):
            at = begin + count * SECOND // SOUND_RATE
            count += samples.size
            if at >= start:
                yield at, samples


def _readable(medium: InputContainer, stream: Stream) -> Iterator[Any]:
    """Yield what can be decoded: a file that was cut off ends where it was cut."""
    try:
        yield from decoded(medium, stream)
    except SourceError as error:
        _log.debug("%s %s", medium.name, error)


def _step(picture: av.VideoFrame, stream: av.VideoStream) -> int:
    """Return how long a picture is said to stay, in nanoseconds."""
    rate = stream.average_rate or stream.guessed_rate
    step = picture.duration * Fraction(picture.time_base or 0) or (1 / rate if rate else _USUAL)
    return int(min(max(step, _SHORTEST), _LONGEST) * SECOND)
