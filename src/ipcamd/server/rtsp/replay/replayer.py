"""Replayer: sends the stored frames of one session at the speed of the recording or at the client's."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, aclosing

from ipcamd.errors import CardError
from ipcamd.media.codecs import Codec
from ipcamd.server.rtsp.replay.play_request import PlayRequest
from ipcamd.server.rtsp.replay.track import ReplayTrack
from ipcamd.server.rtsp.response import RtspError
from ipcamd.storage.replay.catalog import ReplayCatalog, Section
from ipcamd.storage.replay.cursor import ReplayCursor, ReplayRange, StoredFrame
from ipcamd.time_units import SECOND_NS

GAP_NS = SECOND_NS
"""Nanoseconds between two frames above which there is a gap in the recording; a replay paced by the camera does not
wait for it."""
STEP_NS = SECOND_NS // 25
"""Nanoseconds from the last frame before a gap, or before another PLAY, to the next one."""
LATE_S = 1.0
"""Delay of a client in seconds above which it gets no burst to catch up."""

_log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[object, object, None]], "asyncio.Task[None]"]
"""Starts a task that ends with the service."""


class Replayer:
    """Replay of one session, for the event loop. It has one task while it plays; `close` ends it."""

    def __init__(self, catalog: ReplayCatalog, spawn: Spawn, now_s: Callable[[], float] = time.monotonic) -> None:
        """`spawn` starts a task that ends with the service."""
        self._catalog = catalog
        self._spawn = spawn
        self._now_s = now_s
        self._tracks: dict[Codec, ReplayTrack] = {}
        self._task: asyncio.Task[None] | None = None
        self._request = PlayRequest(0)
        self._cursor: ReplayCursor | None = None
        self._is_closed = False
        self._anchor: tuple[int, int] | None = None
        """Time of a frame, and its position on the replay's time line; both in nanoseconds."""
        self._place_ns = 0
        """Position of the last frame, in nanoseconds."""
        self._last_ns: int | None = None
        """Time of the last frame, in nanoseconds."""
        self._has_section_ended = False

    def track(self, codec: Codec) -> ReplayTrack:
        """Return the track of a codec."""
        return self._tracks.setdefault(codec, ReplayTrack(codec))

    @property
    def is_playing(self) -> bool:
        """Whether frames are being sent or waited for."""
        return self._task is not None and not self._task.done()

    async def prepare(self, request: PlayRequest, codecs: Iterable[Codec]) -> tuple[int, int]:
        """Find the first frame for `play`; a replay in progress ends. Return its time, and the end of the recording.

        Raises `RtspError` 457 if there is nothing to replay, 503 while the card is being read, 454 if the session ends
        meanwhile.
        """
        try:
            async with AsyncExitStack() as unless_prepared:
                sections = await self._catalog.sections()
                wanted = self._range(request, sections)
                cursor = ReplayCursor(self._catalog, list(codecs), wanted)
                unless_prepared.push_async_callback(cursor.close)
                first_ns = await cursor.first_ns()
                if first_ns is None:
                    if wanted.is_reverse or wanted.end_ns is not None or not any(s.recording.writing for s in sections):
                        raise RtspError(457)
                    first_ns = wanted.start_ns
                if self._is_closed:
                    raise RtspError(454)
                unless_prepared.pop_all()
        except (OSError, ValueError, CardError):
            raise RtspError(503) from None
        self.pause()  # a request on another connection may have begun one meanwhile
        self._begin(request, cursor, first_ns)
        return first_ns, sections[-1].end_ns if sections else first_ns

    def play(self) -> None:
        """Send the prepared range."""
        if self._cursor:
            self._task = self._spawn(self._run(self._cursor, self._request))

    def pause(self) -> None:
        """Pause sending."""
        if self._task:
            self._task.cancel()
        if self._cursor:  # a task that has not started does not close it
            self._spawn(self._cursor.close())
        self._task = self._cursor = None

    def close(self) -> None:
        """End the replay."""
        self._is_closed = True
        self.pause()

    def stamp_of(self, track: ReplayTrack, time_ns: int) -> int:
        """Return the RTP time stamp of a frame captured at that time, after `prepare`."""
        return track.stamp(self._place(time_ns))

    def _range(self, request: PlayRequest, sections: "tuple[Section, ...]") -> ReplayRange:
        is_reverse = request.scale < 0
        first_ns = sections[0].start_ns if sections else 0
        start_ns, sent_ns = request.start_ns, None
        if request.offset_ns is not None:
            start_ns = first_ns + request.offset_ns
        if not request.has_range:
            sent = {codec: track.sent_ns for codec, track in self._tracks.items() if track.sent_ns is not None}
            sent_ns = sent if sent and not is_reverse else None
            start_ns = self._last_ns if is_reverse or not sent else min(sent.values())
        if start_ns is None:
            start_ns = sections[-1].end_ns if is_reverse and sections else first_ns
        return ReplayRange(
            start_ns,
            request.end_ns,
            is_reverse,
            request.intra_only,
            request.interval_ns,
            waits=request.is_onvif,
            sent_ns=sent_ns,
        )

    def _begin(self, request: PlayRequest, cursor: ReplayCursor, first_ns: int) -> None:
        self._request, self._cursor = request, cursor
        if request.is_paced or self._anchor is None:
            self._anchor = first_ns, 0 if self._anchor is None else self._place_ns + STEP_NS
        self._last_ns = first_ns
        if request.has_range:
            for track in self._tracks.values():
                track.break_off()

    def _place(self, time_ns: int) -> int:
        """Return the position of a frame on the replay's time line, which begins with the session; time stamps follow
        it.

        When the camera paces the replay, gaps take no time there, and a fast replay takes less.
        """
        anchor_ns, place_ns = self._anchor or (time_ns, 0)
        return place_ns + round((time_ns - anchor_ns) / (self._request.scale if self._request.is_paced else 1))

    async def _run(self, cursor: ReplayCursor, request: PlayRequest) -> None:
        pacer = Pacer(self._now_s, self._place_ns)
        try:
            async with aclosing(cursor.frames()) as frames:
                async for frame in frames:
                    self._follow(frame)
                    if request.is_paced and (request.scale > 0 or frame.begins_group):
                        await pacer.wait_until(self._place_ns)
                    await self._tracks[frame.entry.codec].send(frame, self._place(frame.entry.time_ns), request.cseq)
            if not request.is_onvif:
                for track in self._tracks.values():
                    track.say_goodbye()
        except Exception:  # an internal error ends only this replay
            _log.exception("a replay failed")
        finally:
            await cursor.close()

    def _follow(self, frame: StoredFrame) -> None:
        """Advance to the position of the next frame; skip the gap before it."""
        time_ns, request = frame.entry.time_ns, self._request
        if self._last_ns is not None and abs(time_ns - self._last_ns) > GAP_NS:
            is_gap = request.scale > 0 or self._has_section_ended
            if request.is_paced and is_gap:
                self._anchor = time_ns, self._place_ns + STEP_NS
            self._has_section_ended = False
        self._has_section_ended |= frame.ends_section
        self._last_ns, self._place_ns = time_ns, self._place(time_ns)


class Pacer:
    """Waits for positions on a replay's time line."""

    def __init__(self, now_s: Callable[[], float], place_ns: int) -> None:
        """`place_ns` is the present position."""
        self._now_s = now_s
        self._origin_s = now_s() - place_ns / SECOND_NS

    async def wait_until(self, place_ns: int) -> None:
        """Wait until that position.

        If it passed long ago, the time line is shifted, so later frames are not sent in a burst.
        """
        late_s = self._now_s() - self._origin_s - place_ns / SECOND_NS
        if late_s > LATE_S:
            self._origin_s += late_s
        elif late_s < 0:
            await asyncio.sleep(-late_s)
