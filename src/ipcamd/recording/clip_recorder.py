"""Clip recorder: records picture and sound from before an event until after it (SDK 10.16)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from ipcamd.errors import StoreError
from ipcamd.event_bus import Event
from ipcamd.media.audio.audio_input import AUDIO
from ipcamd.media.codecs import Codec
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.stream.hub import Hub
from ipcamd.recording.clip_capture import ClipCapture, ClipSpan
from ipcamd.recording.clip_file import ClipFile
from ipcamd.recording.clip_store import ClipStore
from ipcamd.recording.clip_writer import ClipWriter, JpegClipWriter, VideoClipWriter
from ipcamd.recording.container_format import AviContainer, Mp4Container
from ipcamd.recording.continuous_recorder import FLUSH_S
from ipcamd.recording.file_limits import MAX_CLIP_LENGTH_NS
from ipcamd.recording.pending_clips import PendingClip, PendingClips
from ipcamd.recording.pre_event_buffer import PreEventBuffer
from ipcamd.recording.recording_codecs import GENERAL, choose_audio, choose_clip_video
from ipcamd.settings.settings import Settings
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import EVENT, Recording
from ipcamd.time_units import SECOND_NS

_log = logging.getLogger(__name__)


class ClipRecorder:
    """Records a clip for each event.

    While armed it buffers the last seconds, so that clips start before their event.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        settings: Settings,
        folder: Path,
        pending_clips: PendingClips,
        model: str,
        now_ns: Callable[[], int],
        local: Callable[[int], datetime],
    ) -> None:
        """`folder` contains only clips.

        File names start with `model`. `now_ns` is the camera's clock; `local` returns the local time of its values.
        """
        self._pipeline = pipeline
        self._settings = settings
        self._store = ClipStore(folder)
        self._pending_clips = pending_clips
        self.pending = pending_clips.load()
        """Clips that were not handed on before the last stop or power loss."""
        self._model = model
        self._now_ns = now_ns
        self._local = local
        self._armed = False
        self.suspended = False
        """Whether events get no clips for now, because privacy is switched on."""
        self._buffer: PreEventBuffer | None = None
        self._capture: ClipCapture | None = None
        self._latest_end_ns = 0
        """Latest end of `_capture`, in nanoseconds."""
        self._saving: dict[ClipCapture, asyncio.Task[list[Recording]]] = {}
        for group in (GENERAL, AUDIO):
            settings.watch(group, lambda _: self._update_buffer())

    async def start(self) -> None:
        """Create the folder and delete the clips that are not pending. A failure is only logged."""
        try:
            await asyncio.to_thread(self._store.clear, {pending.token for pending in self.pending})
        except OSError as error:
            _log.error("clips cannot be recorded: %s", error)

    def arm(self, armed: bool) -> None:
        """Set whether an event may need a clip; the encoder runs only then."""
        self._armed = armed
        self._update_buffer()

    @asynccontextmanager
    async def record_clip(self, event: Event, schedule: str) -> AsyncIterator[list[ClipFile]]:
        """Yield the files of the clip of `event` when it is complete and on the disk.

        The clip is pending until the end of the ``async with``; after a power loss `recover_clip` yields it. An event
        during another event's clip extends that clip. Each schedule gets a clip once: the list is empty if `schedule`
        already waits for it. Raises ``StoreError``.
        """
        if self.suspended:
            raise StoreError("privacy is switched on")
        capture = self._capture_for(event)
        if schedule in capture.asked:
            yield []
            return
        capture.asked.add(schedule)
        saving, disk = self._saving[capture], capture.writer.disk
        pending = PendingClip(disk.root.name, schedule, event)
        await self._pending_clips.add(pending)
        try:
            recordings = await asyncio.shield(saving)
        except StoreError:
            await self._pending_clips.remove(pending)
            raise
        yield _clip_files(disk, recordings, pending)
        await self._pending_clips.remove(pending)
        capture.delivered.add(schedule)
        if capture.delivered == capture.asked:
            await self._release(disk, recordings)

    @asynccontextmanager
    async def recover_clip(self, pending: PendingClip) -> AsyncIterator[list[ClipFile]]:
        """Yield the files of a clip that was pending at the last stop, as far as they were written, like `record_clip`.

        Call it once for each of `pending`, in that order.
        """
        disk = self._store.disk(pending.token)
        zone = self._local(pending.event.time_ns).tzinfo or UTC
        try:
            recordings = await asyncio.to_thread(_recover, disk, zone)
        except StoreError:
            await self._pending_clips.remove(pending)
            raise
        yield _clip_files(disk, recordings, pending)
        await self._pending_clips.remove(pending)
        if pending == [other for other in self.pending if other.token == pending.token][-1]:
            await self._release(disk, recordings)

    async def close(self) -> None:
        """End all clips now and complete their files."""
        self.arm(False)
        for capture in self._saving:
            capture.end_now(self._now_ns())
        await asyncio.gather(*self._saving.values(), return_exceptions=True)

    async def _release(self, disk: Disk, recordings: list[Recording]) -> None:
        """Release files that are no longer needed."""
        await asyncio.to_thread(self._store.release, disk, sum(recording.size_bytes for recording in recordings))

    def _capture_for(self, event: Event) -> ClipCapture:
        """Return the capture for this event: the present one, extended, or a new one."""
        end_ns = event.time_ns + self._setting_ns("PostEvent")
        if self._capture and self._capture.is_extendable and end_ns <= self._latest_end_ns:
            self._capture.extend(end_ns, self._now_ns())
            return self._capture
        return self._start_capture(ClipSpan(event.time_ns - self._setting_ns("PreEvent"), event.time_ns, end_ns))

    def _start_capture(self, span: ClipSpan) -> ClipCapture:
        self._latest_end_ns = span.start_ns + MAX_CLIP_LENGTH_NS
        buffer = self._buffer or self._make_buffer()
        writer = self._make_writer(span.start_ns, buffer.sound.codec if buffer.sound else None)
        capture = self._capture = ClipCapture(buffer, span, writer, self._now_ns())
        if buffer is not self._buffer:
            buffer.close()
        task = asyncio.get_running_loop().create_task(self._save(capture))
        self._saving[capture] = task
        task.add_done_callback(lambda _: self._forget(capture))
        return capture

    def _make_writer(self, start_ns: int, sound: Codec | None) -> ClipWriter:
        disk, file_format = self._store.disk(), self._settings[GENERAL]["FileFormat"]
        if file_format == "JPEG":
            return JpegClipWriter(disk, self._model, self._local, start_ns)
        container = Mp4Container(sound) if file_format == "MP4" else AviContainer(sound, self._local, start_ns)
        return VideoClipWriter(disk, self._model, self._local, container)

    async def _save(self, capture: ClipCapture) -> list[Recording]:
        """Return the files when the capture is complete or the disk full. Raises ``StoreError`` if there are none."""
        writer, trouble, recordings = capture.writer, "no picture was received", list[Recording]()
        try:
            await self._write(capture)
        except OSError as error:  # the written part is a usable clip
            trouble = f"the clip could not be written: {error.strerror or error}"
            _log.warning("a clip ends early: %s", trouble)
            capture.end_now(self._now_ns())
        try:
            recordings = await asyncio.to_thread(writer.close, capture.end_ns)
        except OSError as error:
            trouble = f"the clip could not be written: {error.strerror or error}"
        if not recordings:
            await asyncio.to_thread(self._store.delete, writer.disk)
            raise StoreError(trouble)
        return recordings

    async def _write(self, capture: ClipCapture) -> None:
        """Write frames during the capture, so that a power loss costs little. Raises ``OSError``."""
        writer, last = capture.writer, False
        await asyncio.to_thread(self._store.prepare, writer.disk)
        while not last:
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    await capture.complete.wait()
            last = capture.complete.is_set()
            frames = writer.take_writable(capture.end_ns, last=last)
            await asyncio.to_thread(self._store.make_room, sum(len(frame.payload) for frame in frames))
            await asyncio.to_thread(writer.write, frames)

    def _forget(self, capture: ClipCapture) -> None:
        task = self._saving.pop(capture)
        if not task.cancelled():
            task.exception()  # the waiting schedules get the error; there may be none
        if self._capture is capture:
            self._capture = None

    def _update_buffer(self) -> None:
        """Start, replace or stop the pre-event buffer as the settings and schedules require."""
        buffer = self._buffer
        if buffer and not (self._armed and (buffer.hub, buffer.sound, buffer.keep_ns) == self._buffered()):
            buffer.close()
            self._buffer = None
        if self._armed and self._buffer is None:
            self._buffer = self._make_buffer()

    def _make_buffer(self) -> PreEventBuffer:
        return PreEventBuffer(*self._buffered())

    def _buffered(self) -> tuple[Hub, Hub | None, int]:
        """Return the pictures and the sound to be buffered, and for how long, in nanoseconds."""
        general = self._settings[GENERAL]
        hub = choose_clip_video(self._pipeline, general)
        return hub, choose_audio(self._pipeline, general), self._setting_ns("PreEvent")

    def _setting_ns(self, name: str) -> int:
        return int(self._settings[GENERAL][name]) * SECOND_NS


def _recover(disk: Disk, zone: tzinfo) -> list[Recording]:
    """Return the recordings on a disk, repaired if necessary. Raises ``StoreError`` if there are none."""
    from ipcamd.storage.file_repair import read_recordings  # imported here: seldom needed

    with suppress(OSError):
        if found := read_recordings(disk, disk.entries(), zone):
            return sorted(found, key=lambda recording: recording.started_ns)
    raise StoreError("power was lost before the first picture")


def _clip_files(disk: Disk, recordings: list[Recording], pending: PendingClip) -> list[ClipFile]:
    folder, event, schedule = disk.root / EVENT, pending.event, pending.schedule
    return [
        ClipFile(folder / r.name, r.name, r.content_type, r.size_bytes, r.started_ns, r.ended_ns, event, schedule)
        for r in recordings
    ]
