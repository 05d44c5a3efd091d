"""Clips: what the camera saw and heard from before an event until after it, as files (SDK 10.16)."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ipcamd.errors import StoreError
from ipcamd.events.capture import SECOND, Capture, File, Scene, Span, Stills
from ipcamd.events.event import Event
from ipcamd.events.material import Material
from ipcamd.events.recorder import GENERAL, chosen
from ipcamd.events.ring import Ring
from ipcamd.events.shelf import Shelf
from ipcamd.media.hub import Hub
from ipcamd.media.pipeline import AUDIO, Pipeline
from ipcamd.storage.recording import TYPES
from ipcamd.store.settings import Settings

LONGEST = 60 * SECOND
"""Nanoseconds that a clip lasts at most, however many events follow one another; the next one begins another."""

_log = logging.getLogger(__name__)


class Clips:
    """Captures what events want. While armed it keeps the last seconds, so that clips begin before their event."""

    def __init__(
        self,
        pipeline: Pipeline,
        settings: Settings,
        folder: Path,
        model: str,
        now_ns: Callable[[], int],
        local: Callable[[int], datetime],
    ) -> None:
        """`folder` is for clips alone; `model` begins their names; `now_ns` is the camera's clock, `local` its local
        time of a moment."""
        self._pipeline = pipeline
        self._settings = settings
        self._shelf = Shelf(folder)
        self._model = model
        self._now_ns = now_ns
        self._local = local
        self._armed = False
        self._ring: Ring | None = None
        self._capture: Capture | None = None
        self._latest = 0
        """When `_capture` must end at the latest."""
        self._saving: dict[Capture, asyncio.Task[list[tuple[File, Path]]]] = {}
        for group in (GENERAL, AUDIO):
            settings.watch(group, lambda _: self._settle())

    async def start(self) -> None:
        """Make the folder, and throw away what an earlier life left in it. A disk that will not is only logged."""
        try:
            await asyncio.to_thread(self._shelf.clear)
        except OSError as error:
            _log.error("there will be no clips: %s", error)

    def arm(self, armed: bool) -> None:
        """Say whether an event that wants a clip may come: the encoder runs meanwhile."""
        self._armed = armed
        self._settle()

    async def take(self, event: Event, schedule: str) -> list[Material]:
        """Return what was captured around `event`, when it is over and on the disk.

        An event that comes while another's capture goes on prolongs that. Every schedule is given a capture once: the
        list is empty if `schedule` waits for it already. Raises ``StoreError``.
        """
        capture = self._running(event)
        if schedule in capture.asked:
            return []
        capture.asked.add(schedule)
        files = await asyncio.shield(self._saving[capture])
        return [
            Material(path, file.name, TYPES[file.name[-3:]], file.began, file.ended, event, schedule)
            for file, path in files
        ]

    async def close(self) -> None:
        """End what is being captured at once, and save it."""
        self.arm(False)
        for capture in self._saving:
            capture.cut(self._now_ns())
        await asyncio.gather(*self._saving.values(), return_exceptions=True)

    def _running(self, event: Event) -> Capture:
        """Return the capture that this event belongs to; it goes on for as long as the event needs."""
        end = event.moment + self._seconds("PostEvent")
        if self._capture and self._capture.open and end <= self._latest:
            self._capture.prolong(end, self._now_ns())
            return self._capture
        return self._begin(Span(event.moment - self._seconds("PreEvent"), event.moment, end))

    def _begin(self, span: Span) -> Capture:
        self._latest = span.begin + LONGEST
        stills = self._settings[GENERAL]["FileFormat"] == "JPEG"
        ring = self._ring or self._make_ring()
        capture = self._capture = Capture(ring, span, (Stills if stills else Scene)(span.begin), self._now_ns())
        if ring is not self._ring:
            ring.close()
        task = asyncio.get_running_loop().create_task(self._save(capture))
        self._saving[capture] = task
        task.add_done_callback(lambda _: self._forget(capture))
        return capture

    async def _save(self, capture: Capture) -> list[tuple[File, Path]]:
        await capture.complete.wait()
        try:
            return await asyncio.to_thread(self._write, capture)
        except OSError as error:
            raise StoreError(f"the clip could not be written: {error.strerror or error}") from error

    def _write(self, capture: Capture) -> list[tuple[File, Path]]:
        files = capture.files(self._model, self._local)
        if not files:
            raise StoreError("no picture came")
        paths = self._shelf.put((file.name, file.pieces, file.head) for file in files)
        return list(zip(files, paths, strict=True))

    def _forget(self, capture: Capture) -> None:
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

    def _make_ring(self) -> Ring:
        return Ring(*self._hubs(), self._seconds("PreEvent"))

    def _is_right(self, ring: Ring) -> bool:
        return (ring.hub, ring.sound) == self._hubs() and ring.keep == self._seconds("PreEvent")

    def _hubs(self) -> tuple[Hub, Hub | None]:
        hub = chosen(self._pipeline, self._settings[GENERAL])
        return hub, self._pipeline.sound if self._pipeline.hears else None

    def _seconds(self, name: str) -> int:
        return int(self._settings[GENERAL][name]) * SECOND
