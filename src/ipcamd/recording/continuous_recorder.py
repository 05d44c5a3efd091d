"""Continuous recorder to the SD card (SDK 11, 14): one file after the other, during a schedule's time."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from ipcamd.errors import CardError
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Values
from ipcamd.recording.segmented_recorder import SegmentedRecorder
from ipcamd.recording.subscriber_queue import SubscriberQueue
from ipcamd.settings.service import Settings
from ipcamd.storage.card import Card
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import RECORD, Recording
from ipcamd.storage.segment import Segment
from ipcamd.wire.avi.layout import AviFormat
from ipcamd.workers.pool import WorkerPool

SECOND = 1_000_000_000
LENGTH = 180 * SECOND
"""Nanoseconds that a film lasts."""
SIZE = 512 << 20
"""Bytes of a film, or an eighth of a small card: the oldest is deleted whole when the card is full."""
FLUSH = 0.5
"""Seconds from one writing to the next: what is lost when the power goes, with `HOLD`."""
HOLD = 0.2
"""Seconds that pictures wait for the sound that belongs to them."""
RETRY = 1.0
"""Seconds from a failure of the card to the next attempt."""
STEP = SECOND
"""Nanoseconds that the clock may be set without a new film."""
READING = 5.0
"""Seconds without a card that can be written after which the log says why: a card takes its time to be read."""
MOST_CUT_OFF = 20
"""Films that wait to be mended; the next start of the camera finds the others."""
GENERAL = "Event.Server.General"

_log = logging.getLogger(__name__)


def chosen(pipeline: Pipeline, general: Values) -> Hub:
    """Return the hub whose pictures films are made of (SDK 10.16)."""
    if general["FileFormat"] == "JPEG":
        return pipeline.mjpeg
    return pipeline.hubs.get(general["EncodeFormat"].lower(), pipeline.h264)


class ContinuousRecorder:
    """Records while it is told to and the card is ready."""

    def __init__(
        self,
        pipeline: Pipeline,
        card: Card,
        settings: Settings,
        model: str,
        now_ns: Callable[[], int],
        local: Callable[[int], datetime],
        length: int = LENGTH,
    ) -> None:
        """`model` begins the films' names; `now_ns` is the camera's clock, `local` its local time of a moment."""
        self._pipeline = pipeline
        self._card = card
        self._settings = settings
        self._model = model
        self._now_ns = now_ns
        self._local = local
        self._length = length
        self._on = False
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread = WorkerPool("recorder", 1)
        """Its own: a scan of the card must not keep it waiting."""
        self._trouble = ""
        self._cut_off: deque[Recording] = deque(maxlen=MOST_CUT_OFF)
        self._skew = 0
        card.watch(self._changed.set)
        settings.watch(GENERAL, lambda _: self._changed.set())

    @property
    def recording(self) -> bool:
        """Whether a film is being written now."""
        return any(r.writing for r in self._card.index)

    def run(self, on: bool) -> None:
        """Say whether to record."""
        self._on = on
        self._changed.set()
        if on and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """Finish the film that is being written, and end."""
        self.run(False)
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        waiting_since = time.monotonic()
        while self._on:
            await self._card.look()
            ready = self._card.ready
            if ready and await self._attempt():
                continue
            if ready:
                waiting_since = time.monotonic()
            elif time.monotonic() - waiting_since > READING:
                self._complain(self._card.trouble)
            await self._rest(RETRY)

    async def _attempt(self) -> bool:
        """Record until something changes; False if something failed."""
        try:
            async with self._card.using() as disk:
                await self._record(disk)
            return True
        except (OSError, CardError) as error:
            self._complain(str(error))
        except Exception:  # whatever it was, the camera goes on and tries again
            _log.exception("recording failed")
        return False

    async def _record(self, disk: Disk) -> None:
        hub, has_audio = chosen(self._pipeline, self._settings[GENERAL]), self._pipeline.has_audio
        film = self._film(disk, hub, has_audio)
        take = SubscriberQueue(hub, self._pipeline.sound if has_audio else None, time.monotonic)
        rest: list[EncodedFrame] = []
        self._stepped()
        try:
            while self._goes_on(hub, has_audio):
                await self._rest(FLUSH)
                await self._write(film, take.fetch(time.monotonic() - HOLD))
            rest = take.fetch()
        finally:
            take.leave()
            await self._finish(film, rest)
            if take.dropped:
                self._complain(f"{take.dropped} pictures are missing: the card is too slow")

    def _goes_on(self, hub: Hub, has_audio: bool) -> bool:
        same = hub is chosen(self._pipeline, self._settings[GENERAL]) and has_audio == self._pipeline.has_audio
        return self._on and same and self._card.ready

    def _film(self, disk: Disk, hub: Hub, has_audio: bool) -> SegmentedRecorder:
        def begin(avi_format: AviFormat, moment: int) -> Segment:
            return Segment(disk, RECORD, self._model, avi_format, self._local(moment), moment)

        size = min(SIZE, self._card.space().total_bytes // 8)
        return SegmentedRecorder(begin, hub.ask_key, has_audio, self._length, size)

    async def _write(self, film: SegmentedRecorder, frames: list[EncodedFrame]) -> None:
        """Write what has come. Raises ``OSError`` and `CardError`."""
        if not await self._card.make_room(sum(len(frame.payload) for frame in frames)):
            raise CardError("the SD card is full")
        done, present = await self._thread.run(partial(_write, film, frames, self._stepped()))
        await self._done(done)
        if present:
            self._card.progress(present)
            self._recovered()

    async def _finish(self, film: SegmentedRecorder, frames: list[EncodedFrame]) -> None:
        """Make the last film whole; if the card does not take it any more, leave it to be mended."""
        unfinished = {r.key: r for r in self._card.index if r.writing}
        done, present, failure = await self._thread.run(partial(_close, film, frames))
        if failure:
            self._complain(failure)
        if present:
            unfinished[present.key] = present
        for key in unfinished.keys() - {recording.key for recording in done}:
            self._card.index.forget(key)
            self._cut_off.append(unfinished[key])
        await self._done(done)

    async def _done(self, films: list[Recording]) -> None:
        """Know films that became whole; when there are some the card works: mend what an earlier failure left."""
        await self._card.recorded(*films)
        if not films:
            return
        for left in tuple(self._cut_off):
            with suppress(OSError):  # then later; it must not keep the camera from recording
                await self._card.learn(*left.key)
                self._cut_off.remove(left)

    def _stepped(self) -> bool:
        """Return whether the clock was set since the last time."""
        before, self._skew = self._skew, self._now_ns() - time.monotonic_ns()
        return abs(self._skew - before) > STEP

    def _complain(self, why: str) -> None:
        if why in ("", self._trouble) or not self._card.mounted:
            return
        _log.error("nothing is recorded: %s", why)
        self._card.note("recording stopped", why)
        self._trouble = why

    def _recovered(self) -> None:
        if self._trouble:
            self._card.note("recording goes on", "")
        self._trouble = ""

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        self._changed.clear()


def _write(
    film: SegmentedRecorder, frames: list[EncodedFrame], stepped: bool
) -> tuple[list[Recording], Recording | None]:
    if stepped:
        film.expect_jump()
    done = film.write(frames)
    return done, film.current.state() if film.current else None


def _close(film: SegmentedRecorder, frames: list[EncodedFrame]) -> tuple[list[Recording], Recording | None, str]:
    """Return the films that became whole, the one that did not, and why."""
    done: list[Recording] = []
    present: Recording | None = None
    with suppress(OSError):  # the index may fit where the last pictures did not
        done = film.write(frames)
    with suppress(OSError):
        present = film.current.state() if film.current else None
    try:
        closed = film.close()
    except OSError as error:
        return done, present, str(error)
    return [*done, closed] if closed else done, present, ""
