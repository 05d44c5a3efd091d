"""Clip recorder: records picture and sound from before an event until after it (SDK 10.16)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from ipcamd.errors import StoreError
from ipcamd.event_bus import Event
from ipcamd.media.pipeline import AUDIO, Pipeline
from ipcamd.media.stream.hub import Hub
from ipcamd.recording.clip_capture import ClipCapture, ClipSpan
from ipcamd.recording.clip_file import ClipFile
from ipcamd.recording.clip_store import ClipStore
from ipcamd.recording.clip_writer import SECOND, AviClipWriter, JpegClipWriter
from ipcamd.recording.continuous_recorder import FLUSH, GENERAL, chosen
from ipcamd.recording.pending_clips import PendingClip, PendingClips
from ipcamd.recording.pre_event_buffer import PreEventBuffer
from ipcamd.settings.service import Settings
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import EVENT, Recording

LONGEST = 60 * SECOND
"""Nanoseconds that a clip lasts at most, however many events follow one another; the next one begins another."""

_log = logging.getLogger(__name__)


class ClipRecorder:
    """Captures what events want. While armed it keeps the last seconds, so that clips begin before their event."""

    def __init__(
        self,
        pipeline: Pipeline,
        settings: Settings,
        folder: Path,
        orders: PendingClips,
        model: str,
        now_ns: Callable[[], int],
        local: Callable[[int], datetime],
    ) -> None:
        """`folder` is for clips alone; `model` begins their names; `now_ns` is the camera's clock, `local` its local
        time of a moment."""
        self._pipeline = pipeline
        self._settings = settings
        self._shelf = ClipStore(folder)
        self._orders = orders
        self.owed = orders.left()
        """What an earlier life did not hand on."""
        self._model = model
        self._now_ns = now_ns
        self._local = local
        self._armed = False
        self._ring: PreEventBuffer | None = None
        self._capture: ClipCapture | None = None
        self._latest = 0
        """When `_capture` must end at the latest."""
        self._saving: dict[ClipCapture, asyncio.Task[list[Recording]]] = {}
        for group in (GENERAL, AUDIO):
            settings.watch(group, lambda _: self._settle())

    async def start(self) -> None:
        """Make the folder, and throw away what an earlier life left in it for nobody. A disk that will not is only
        logged."""
        try:
            await asyncio.to_thread(self._shelf.clear, {order.token for order in self.owed})
        except OSError as error:
            _log.error("there will be no clips: %s", error)

    def arm(self, armed: bool) -> None:
        """Say whether an event that wants a clip may come: the encoder runs meanwhile."""
        self._armed = armed
        self._settle()

    @asynccontextmanager
    async def take(self, event: Event, schedule: str) -> AsyncIterator[list[ClipFile]]:
        """Give what was captured around `event`, when it is over and on the disk.

        Until the end of the ``async with`` it is owed: `again` gives it in the next life. An event that comes while
        another's capture goes on prolongs that. Every schedule is given a capture once: the list is empty if
        `schedule` waits for it already. Raises ``StoreError``.
        """
        capture = self._running(event)
        if schedule in capture.asked:
            yield []
            return
        capture.asked.add(schedule)
        saving, place = self._saving[capture], capture.reel.disk
        order = PendingClip(place.root.name, schedule, event)
        await self._orders.add(order)
        try:
            recordings = await asyncio.shield(saving)
        except StoreError:
            await self._orders.remove(order)
            raise
        yield _materials(place, recordings, order)
        await self._orders.remove(order)
        capture.served.add(schedule)
        if capture.served == capture.asked:
            await self._spare(place, recordings)

    @asynccontextmanager
    async def again(self, order: PendingClip) -> AsyncIterator[list[ClipFile]]:
        """Give what there is of a capture that an earlier life owed: whole, or as far as that came. Like `take`. For
        each order once, in their order."""
        place = self._shelf.place(order.token)
        zone = self._local(order.event.time_ns).tzinfo or UTC
        try:
            recordings = await asyncio.to_thread(_found, place, zone)
        except StoreError:
            await self._orders.remove(order)
            raise
        yield _materials(place, recordings, order)
        await self._orders.remove(order)
        if order == [other for other in self.owed if other.token == order.token][-1]:
            await self._spare(place, recordings)

    async def close(self) -> None:
        """End what is being captured at once, and save it."""
        self.arm(False)
        for capture in self._saving:
            capture.cut(self._now_ns())
        await asyncio.gather(*self._saving.values(), return_exceptions=True)

    async def _spare(self, place: Disk, recordings: list[Recording]) -> None:
        """Say that nobody waits for these files any more."""
        await asyncio.to_thread(self._shelf.spare, place, sum(recording.size_bytes for recording in recordings))

    def _running(self, event: Event) -> ClipCapture:
        """Return the capture that this event belongs to; it goes on for as long as the event needs."""
        end = event.time_ns + self._seconds("PostEvent")
        if self._capture and self._capture.open and end <= self._latest:
            self._capture.prolong(end, self._now_ns())
            return self._capture
        return self._begin(ClipSpan(event.time_ns - self._seconds("PreEvent"), event.time_ns, end))

    def _begin(self, span: ClipSpan) -> ClipCapture:
        self._latest = span.begin + LONGEST
        ring = self._ring or self._make_ring()
        kind = JpegClipWriter if self._settings[GENERAL]["FileFormat"] == "JPEG" else AviClipWriter
        reel = kind(self._shelf.place(), self._model, self._local, span.begin, ring.sound is not None)
        capture = self._capture = ClipCapture(ring, span, reel, self._now_ns())
        if ring is not self._ring:
            ring.close()
        task = asyncio.get_running_loop().create_task(self._save(capture))
        self._saving[capture] = task
        task.add_done_callback(lambda _: self._forget(capture))
        return capture

    async def _save(self, capture: ClipCapture) -> list[Recording]:
        """Return the files, when the capture is complete or the disk takes no more. Raises ``StoreError``, then there
        are none."""
        reel, trouble, recordings = capture.reel, "no picture came", list[Recording]()
        try:
            await self._write(capture)
        except OSError as error:  # what is on the disk by now is a clip, too
            trouble = f"the clip could not be written: {error.strerror or error}"
            _log.warning("a clip ends early: %s", trouble)
            capture.cut(self._now_ns())
        try:
            recordings = await asyncio.to_thread(reel.close, capture.end)
        except OSError as error:
            trouble = f"the clip could not be written: {error.strerror or error}"
        if not recordings:
            await asyncio.to_thread(self._shelf.drop, reel.disk)
            raise StoreError(trouble)
        return recordings

    async def _write(self, capture: ClipCapture) -> None:
        """Write while the capture goes on: what is on the disk outlives a power cut. Raises ``OSError``."""
        reel, last = capture.reel, False
        await asyncio.to_thread(self._shelf.prepare, reel.disk)
        while not last:
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH):
                    await capture.complete.wait()
            last = capture.complete.is_set()
            frames = reel.fetch(capture.end, last=last)
            await asyncio.to_thread(self._shelf.make_room, sum(len(frame.payload) for frame in frames))
            await asyncio.to_thread(reel.write, frames)

    def _forget(self, capture: ClipCapture) -> None:
        task = self._saving.pop(capture)
        if not task.cancelled():
            task.exception()  # told to those who wait; perhaps nobody does any more
        if self._capture is capture:
            self._capture = None

    def _settle(self) -> None:
        """Keep the ring that the settings ask for."""
        ring = self._ring
        if ring and (not self._armed or not self._is_right(ring)):
            ring.close()
            self._ring = None
        if self._armed and self._ring is None:
            self._ring = self._make_ring()

    def _make_ring(self) -> PreEventBuffer:
        return PreEventBuffer(*self._hubs(), self._seconds("PreEvent"))

    def _is_right(self, ring: PreEventBuffer) -> bool:
        return (ring.hub, ring.sound) == self._hubs() and ring.keep == self._seconds("PreEvent")

    def _hubs(self) -> tuple[Hub, Hub | None]:
        hub = chosen(self._pipeline, self._settings[GENERAL])
        return hub, self._pipeline.sound if self._pipeline.has_audio else None

    def _seconds(self, name: str) -> int:
        return int(self._settings[GENERAL][name]) * SECOND


def _found(place: Disk, zone: tzinfo) -> list[Recording]:
    """Return what lies at a place, mended if need be. Raises ``StoreError`` if that is nothing."""
    from ipcamd.storage.scan import scan  # most starts have nothing to look at

    with suppress(OSError):
        if found := scan(place, place.entries(), zone):
            return sorted(found, key=lambda recording: recording.started_ns)
    raise StoreError("the power went before there was a picture")


def _materials(place: Disk, recordings: list[Recording], order: PendingClip) -> list[ClipFile]:
    return [
        ClipFile(
            place.root / EVENT / r.name,
            r.name,
            r.content_type,
            r.size_bytes,
            r.started_ns,
            r.ended_ns,
            order.event,
            order.schedule,
        )
        for r in recordings
    ]
