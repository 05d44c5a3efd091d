"""Loop player: plays a media file in a loop, in real time."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

import av

from ipcamd.errors import SourceError
from ipcamd.media.codecs import Codec
from ipcamd.media.frame import AudioChunk, Packet, Picture, SourceItem, announce
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.media_file.media_file import MediaFile, TimedSamples
from ipcamd.media.source.pacing import RateLimiter, RealtimePacer
from ipcamd.media.source.packet_reader import PacketReader
from ipcamd.media.source.picture_files.paced_still import show_still
from ipcamd.media.source.reception import Reception
from ipcamd.media.source.source import Wanted
from ipcamd.time_units import SECOND_NS

ReadAudio: TypeAlias = Callable[[int, int], Iterator[TimedSamples]]
"""Reads the sound of a file between two playing times."""

_REPEAT_NS = SECOND_NS // 2
"""Interval at which a longer picture is repeated, so that the source does not count as silent."""


def play_in_loop(open_file: Callable[[], MediaFile], reception: Reception) -> Iterator[SourceItem]:
    """Yield a file's pictures and sound in real time, in a loop (see `Source.play`)."""
    player = _Player(reception)
    for file in _open_repeatedly(open_file):
        yield from player.play(file)
        if reception.stop.is_set():
            return


def _open_repeatedly(open_file: Callable[[], MediaFile]) -> Iterator[MediaFile]:
    """Yield the file repeatedly; the next opening runs during playback, so that there is no gap."""
    with ThreadPoolExecutor(1, "source") as opener:
        following = opener.submit(open_file)
        try:
            while True:
                present = following.result()
                following = opener.submit(open_file)
                try:
                    yield present
                finally:
                    present.close()
        finally:
            following.add_done_callback(_discard)


def _discard(opening: Future[MediaFile]) -> None:
    if not opening.cancelled() and not opening.exception():
        opening.result().close()


class _Player:
    """Plays files one after the other on one continuous time line. All times are in nanoseconds."""

    def __init__(self, reception: Reception) -> None:
        self._reception, self._wanted, self._stop = reception, reception.wanted, reception.stop
        self._pacer, self._limiter = RealtimePacer(reception.clock, reception.stop), RateLimiter()
        self._start_ns = 0
        """Start of the present file on the time line."""
        self._converter = VideoConverter()
        self._reader: PacketReader | None = None

    def play(self, file: MediaFile) -> Iterator[SourceItem]:
        """Yield the contents of a file. Raises `SourceError` if it contains no picture."""
        encoding = file.encoding
        if encoding.codec and not encoding.obstacle:
            return self._play_packets(file, encoding.codec)
        return self._play_pictures(file)

    def _play_packets(self, file: MediaFile, codec: Codec) -> Iterator[SourceItem]:
        """Yield the encoded pictures of a file, as packets and decoded."""
        self._reader = self._reader or file.make_reader(codec, self._wanted)
        last_ns, count = 0, 0
        for at_ns, data in file.packets():
            for again_ns in range(last_ns + _REPEAT_NS, at_ns - _REPEAT_NS // 2, _REPEAT_NS):
                yield from self._sound(file, last_ns, again_ns)
                yield from self._reader.repeat(self._pacer.wait_until(self._start_ns + again_ns))
            yield from self._sound(file, last_ns, at_ns)
            captured_ns = self._pacer.wait_until(self._start_ns + at_ns)
            if self._stop.is_set():
                return
            yield from self._reader.read(data, captured_ns)
            last_ns, count = at_ns, count + 1
        if not count:
            raise SourceError("contains no picture that can be decoded")
        yield from self._play_audio(file, file.last_audio, last_ns, file.end_ns)
        self._start_ns += file.end_ns

    def _play_pictures(self, file: MediaFile) -> Iterator[SourceItem]:
        """Yield the decoded pictures of a file."""
        self._converter, last, end_ns, count = VideoConverter(file.pixel_aspect), None, 0, 0
        for at_ns, duration_ns, picture in file.pictures():
            yield from _announce(file, self._wanted())
            if last:
                yield from self._repeat(file, last, at_ns)
            yield from self._next(file, picture, last[0] if last else 0, at_ns)
            if self._stop.is_set():
                return
            file.skip_unneeded(self._pacer.late)
            last, end_ns, count = (at_ns, picture), at_ns + duration_ns, count + 1
        if not last:
            raise SourceError("contains no picture that can be decoded")
        if count == 1:
            still = last[1]
            yield from show_still(lambda _: still, self._converter, self._reception)
        yield from self._repeat(file, last, end_ns)
        yield from self._play_audio(file, file.last_audio, last[0], end_ns)
        self._start_ns += end_ns

    def _repeat(self, file: MediaFile, last: tuple[int, av.VideoFrame], until_ns: int) -> Iterator[SourceItem]:
        """Yield the last picture again for its duration."""
        for at_ns in range(last[0] + _REPEAT_NS, until_ns - _REPEAT_NS // 2, _REPEAT_NS):
            yield from self._picture(file, last[1], at_ns, at_ns)

    def _next(self, file: MediaFile, picture: av.VideoFrame, last_ns: int, at_ns: int) -> Iterator[SourceItem]:
        """Yield the next picture if it is within the wanted rate, and the sound before it."""
        if self._limiter.admits(self._start_ns + at_ns, self._wanted().rate):
            yield from self._picture(file, picture, last_ns, at_ns)
        else:
            yield from self._sound(file, last_ns, at_ns)

    def _picture(self, file: MediaFile, picture: av.VideoFrame, last_ns: int, at_ns: int) -> Iterator[SourceItem]:
        """Yield the sound before a picture, then the picture."""
        converted = self._converter.convert(picture, self._wanted().size)
        yield from self._sound(file, last_ns, at_ns)
        captured_ns = self._pacer.wait_until(self._start_ns + at_ns)
        if not self._stop.is_set():
            yield Picture(converted, captured_ns)

    def _sound(self, file: MediaFile, start_ns: int, end_ns: int) -> Iterator[AudioChunk]:
        yield from self._play_audio(file, file.sound, start_ns, end_ns)

    def _play_audio(self, file: MediaFile, read: ReadAudio, start_ns: int, end_ns: int) -> Iterator[AudioChunk]:
        if not self._wanted().sound:
            return file.close_audio()
        for at_ns, samples in read(start_ns, end_ns):
            captured_ns = self._pacer.wait_until(self._start_ns + at_ns)
            if self._stop.is_set():
                return
            yield AudioChunk(samples, captured_ns)


def _announce(file: MediaFile, want: Wanted) -> Iterator[Packet]:
    """Yield the reason why the file's pictures are not passed through, if requested."""
    codec, obstacle = file.encoding
    if codec and codec.name in want.codecs:
        yield announce(codec, obstacle)
