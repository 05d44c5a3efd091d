"""HLS playlist as a source (RFC 8216): a live one is played from near its end, a complete one in a loop."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from functools import partial
from io import BytesIO

from av.container import InputContainer

from ipcamd.errors import SourceError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source import source_timeout
from ipcamd.media.source.ffmpeg import open_media
from ipcamd.media.source.media_file.loop_player import play_in_loop
from ipcamd.media.source.media_file.media_file import MediaFile
from ipcamd.media.source.network.ffmpeg_receiver import receive_live
from ipcamd.media.source.network.hls_encryption import DecryptedFile, check_encryption, decrypt_segment
from ipcamd.media.source.network.hls_segment import SegmentFile, make_segment
from ipcamd.media.source.network.http_client import HttpAnswer, fetch
from ipcamd.media.source.network.http_login import split_login
from ipcamd.media.source.network.remote_file import FFMPEG_OPTIONS
from ipcamd.media.source.network.tls_password_policy import TlsPolicy
from ipcamd.media.source.pacing import Clock, RealtimePacer
from ipcamd.media.source.reception import Reception
from ipcamd.media.source.source_timeout import SourceTimeout
from ipcamd.time_units import SECOND_NS

_MOST_BYTES = 4 << 20
"""Largest playlist."""
_MOST_PLAYLISTS = 64
"""Most playlists of one source: a main one, and one for each variant."""
_LEAP_NS = 10 * SECOND_NS
"""A time stamp that differs by more from the one before starts a new mapping."""

_FIRST_SEGMENT = -3
"""First segment of a live playlist that is played, from its end: the third from the end (RFC 8216, 6.3.3)."""
_LIVE_OPTIONS = {"live_start_index": str(_FIRST_SEGMENT), "analyzeduration": "1000000", "fpsprobesize": "0"}
"""FFmpeg's options; the last two are for a quick start, the time in microseconds."""

BEGINNING = b"#EXTM3U"
"""First bytes of a playlist (RFC 8216, 4.3.1.1)."""
_SEGMENT = b"#EXTINF"
_END = b"#EXT-X-ENDLIST"
_ENCRYPTED = "crypto+"
"""FFmpeg's prefix of the address of a segment that is encrypted with AES-128."""


class PlaylistMemory:
    """Live playlists of one source as they were last seen, so that each new attempt does not show again the old
    segments of a server whose encoder has stopped."""

    def __init__(self) -> None:
        self._seen: dict[str, bytes] = {}
        self._stale: dict[str, bytes] = {}
        """Playlists that did not change until the source gave up."""

    def note(self, place: str, data: bytes) -> None:
        """Record a playlist. Raises `SourceError` if it has not changed since the source gave up, or if there are too
        many."""
        if _SEGMENT in data and _END not in data and data == self._stale.get(place):
            raise SourceError("has a playlist that does not grow: its encoder has stopped")
        self._stale.pop(place, None)
        self._seen[place] = data
        if len(self._seen) > _MOST_PLAYLISTS:
            self._seen.clear()
            raise SourceError(f"leads to more than {_MOST_PLAYLISTS} playlists")

    def note_failure(self) -> None:
        """Record that the present playlists gave no more pictures."""
        self._stale, self._seen = {**self._stale, **self._seen}, {}


def play_playlist(url: str, tls: TlsPolicy, memory: PlaylistMemory, reception: Reception) -> Iterator[SourceItem]:
    """Yield pictures and sound of the playlist at `url` (see `Source.play`). Raises `SourceError`.

    FFmpeg cannot be interrupted while it waits to read a live playlist again: then a stop takes up to the duration of a
    segment.
    """
    limit, place = SourceTimeout(least_s=source_timeout.OPENING_S), split_login(url)[0]
    reception = replace(reception, limit=limit)
    options = FFMPEG_OPTIONS | _LIVE_OPTIONS
    opener = partial(_Opener, url, tls, memory, reception.stop)
    with closing(open_media(place, options, "hls", limit, opener(limit))) as medium:
        if medium.duration is None:
            yield from _play_live(medium, memory, reception)
            return

    def open_file() -> MediaFile:
        limit = SourceTimeout()
        open_address = opener(limit)
        return MediaFile(lambda: open_media(place, FFMPEG_OPTIONS, "hls", limit, open_address), limit)

    yield from play_in_loop(open_file, reception)


def _play_live(medium: InputContainer, memory: PlaylistMemory, reception: Reception) -> Iterator[SourceItem]:
    try:
        yield from receive_live(medium, reception, SegmentPacer(reception.clock, reception.stop))
    except SourceError:
        memory.note_failure()
        raise


class SegmentPacer:
    """Maps time stamps of media that arrive in segments, faster than in real time, to capture times."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock, self._stop = clock, stop
        self._pacer = RealtimePacer(clock, stop)
        self._last_ns = 0
        """Time stamp of the last picture."""
        self._captured_ns = clock.now_ns()
        """Its capture time."""

    def capture_time_ns(self, stamp: Fraction | None) -> int:
        """Wait until the picture with this time stamp, in seconds, is due; return its capture time."""
        if stamp is None:
            return self._clock.now_ns()
        at_ns = int(stamp * SECOND_NS)
        if abs(at_ns - self._last_ns) > _LEAP_NS:
            self._pacer = RealtimePacer(self._clock, self._stop)
        self._last_ns, self._captured_ns = at_ns, self._pacer.wait_until(at_ns)
        return self._captured_ns

    def audio_time_ns(self, stamp: Fraction | None) -> int:
        """Return the capture time of sound. It does not wait, because sound may precede its pictures."""
        at_ns = self._last_ns if stamp is None else int(stamp * SECOND_NS)
        return self._captured_ns + at_ns - self._last_ns if abs(at_ns - self._last_ns) < _LEAP_NS else self._captured_ns


class _Opener:
    """Opens every address that FFmpeg needs with `fetch`, and reads playlists completely."""

    def __init__(
        self, url: str, tls: TlsPolicy, memory: PlaylistMemory, stop: threading.Event, limit: SourceTimeout
    ) -> None:
        self._url, self._tls, self._memory, self._stop, self._limit = url, tls, memory, stop, limit
        self._failed = False

    def __call__(self, place: str, _flags: int, options: dict[str, str]) -> SegmentFile | DecryptedFile | BytesIO:
        if self._failed:  # PyAV reports only the last error, and FFmpeg tries other segments after the first failure
            return BytesIO()
        try:
            return self._open(place.removeprefix(_ENCRYPTED), options)
        except BaseException:
            self._failed = True
            raise

    def _open(self, place: str, options: dict[str, str]) -> SegmentFile | DecryptedFile | BytesIO:
        answer = fetch(self._url, self._tls, self._limit, self._stop, place, int(options.get("offset", 0)))
        if not answer.peek(len(BEGINNING)).startswith(BEGINNING):
            return decrypt_segment(make_segment(answer, options), options)
        with closing(answer):
            data = _read_playlist(answer)
        check_encryption(data)
        self._memory.note(place, data)
        return BytesIO(data)


def _read_playlist(answer: HttpAnswer) -> bytes:
    """Return a playlist. Raises `SourceError` if it is too large or takes too long."""
    data, end_s = bytearray(), time.monotonic() + source_timeout.OPENING_S
    while piece := answer.read():
        data += piece
        if len(data) > _MOST_BYTES or time.monotonic() > end_s:
            raise SourceError(
                f"has a playlist of more than {_MOST_BYTES >> 20} MiB, or one that takes longer than "
                f"{source_timeout.OPENING_S:g} s"
            )
    return bytes(data)
