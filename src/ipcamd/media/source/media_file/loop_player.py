"""Loop player: plays a media file over and over."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import av

from ipcamd.errors import SourceError
from ipcamd.media.frame import Picture, Sound
from ipcamd.media.frame_decimator import SECOND
from ipcamd.media.source.convert import VideoConverter, copy_frame
from ipcamd.media.source.media_file.media_file import MediaFile
from ipcamd.media.source.pacing import Clock, RateLimiter, RealtimePacer, Ticker

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted

_LONG = SECOND // 2
"""A picture that stays longer is given again and again, so that nobody takes the source for dead."""


def play_in_loop(
    film: Callable[[], MediaFile], wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock
) -> Iterator[Picture | Sound]:
    """Yield a film's pictures and sound in real time, over and over; see `Source.play`."""
    projector = _LoopPlayer(wanted, stop, clock)
    for reel in _reels(film):
        yield from projector.show(reel)
        if stop.is_set():
            return


def _reels(film: Callable[[], MediaFile]) -> Iterator[MediaFile]:
    """Yield the film again and again; it is opened anew while the last showing runs, so that the seam does not show."""
    with ThreadPoolExecutor(1, "source") as opener:
        following = opener.submit(film)
        try:
            while True:
                present = following.result()
                following = opener.submit(film)
                try:
                    yield present
                finally:
                    present.close()
        finally:
            following.add_done_callback(_discard)


def _discard(film: Future[MediaFile]) -> None:
    if not film.cancelled() and not film.exception():
        film.result().close()


class _LoopPlayer:
    """Shows one reel after the other, in one stretch of time."""

    def __init__(self, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock) -> None:
        self._wanted, self._stop, self._clock = wanted, stop, clock
        self._pacer, self._limiter = RealtimePacer(clock, stop), RateLimiter()
        self._start = 0
        """When the present reel began: nanoseconds since the first one did."""
        self._number = -1

    def show(self, reel: MediaFile) -> Iterator[Picture | Sound]:
        """Yield everything on a reel. Raises `SourceError` if there is no picture on it."""
        converter, last, end = VideoConverter(reel.shape), None, 0
        for at, step, picture in reel.pictures():
            if last:
                yield from self._repeat(reel, converter, last[1], range(last[0] + _LONG, at - _LONG // 2, _LONG))
            before = last[0] if last else 0
            if self._limiter.admits(self._start + at, self._wanted().rate):
                yield from self._step(reel, converter, picture, before, at)
            else:
                yield from self._sound(reel, before, at)
            if self._stop.is_set():
                return
            reel.skip_unneeded(self._pacer.late)
            single, last, end = not last, (at, picture), at + step
        if not last:
            raise SourceError("no picture in it can be decoded")
        if single:
            yield from self._still(converter, last[1])
        yield from self._repeat(reel, converter, last[1], range(last[0] + _LONG, end - _LONG // 2, _LONG))
        yield from self._sound(reel, last[0], end)
        self._start += end

    def _repeat(
        self, reel: MediaFile, converter: VideoConverter, picture: av.VideoFrame, times: range
    ) -> Iterator[Picture | Sound]:
        for at in times:
            yield from self._step(reel, converter, picture, at, at)

    def _step(
        self, reel: MediaFile, converter: VideoConverter, picture: av.VideoFrame, before: int, at: int
    ) -> Iterator[Picture | Sound]:
        """Yield the sound before a picture, then the picture."""
        seen = converter.convert(picture, self._wanted().size)
        yield from self._sound(reel, before, at)
        captured_ns = self._pacer.wait_until(self._start + at)
        self._number += 1
        if not self._stop.is_set():
            yield Picture(seen, captured_ns, self._number)

    def _sound(self, reel: MediaFile, start: int, end: int) -> Iterator[Sound]:
        if not self._wanted().sound:
            return reel.close_sound()
        for at, samples in reel.sound(start, end):
            captured_ns = self._pacer.wait_until(self._start + at)
            if self._stop.is_set():
                return
            yield Sound(samples, captured_ns)

    def _still(self, converter: VideoConverter, picture: av.VideoFrame) -> Iterator[Picture]:
        """Yield a single picture at the rate that is wanted."""
        ticker, size, seen = Ticker(self._clock, self._stop), (0, 0), picture
        while True:
            captured_ns, missed = ticker.wait(self._wanted().rate)
            if self._stop.is_set():
                return
            if size != self._wanted().size:
                size = self._wanted().size
                seen = converter.convert(picture, size)
            self._number += 1 + missed
            yield Picture(copy_frame(seen), captured_ns, self._number)
