"""Continuous recorder to the SD card (SDK 11, 14): successive files during a schedule's time."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.errors import CardError
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import RECORDING
from ipcamd.recording.clock_step import ClockStepMeter
from ipcamd.recording.container_format import AviContainer, Mp4Container
from ipcamd.recording.file_limits import CONTINUOUS_FILE_BYTES, CONTINUOUS_FILE_LENGTH_NS
from ipcamd.recording.recording_codecs import GENERAL, choose_audio, choose_continuous_video
from ipcamd.recording.subscriber_queue import SubscriberQueue
from ipcamd.settings.settings import Settings
from ipcamd.storage.card import Card
from ipcamd.storage.container_writer import ContainerWriter
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import RECORD, Recording
from ipcamd.storage.recording_file import RecordingFile
from ipcamd.workers.pool import WorkerPool

if TYPE_CHECKING:  # not at the camera's start
    from ipcamd.recording.segmented_recorder import SegmentedRecorder

FLUSH_S = 0.5
"""Seconds between writes. A power loss costs this time plus `HOLD_S`."""
HOLD_S = 0.2
"""Seconds that pictures wait for the audio of the same time."""
RETRY_S = 1.0
"""Seconds between attempts after a failure of the card."""
REPORT_S = 5.0
"""Seconds without a writable card after which the reason is logged, because reading a card takes time."""
MAX_CUT_OFF = 20
"""Maximum number of incomplete files remembered for repair; the next start of the camera finds the others."""

_log = logging.getLogger(__name__)


class ContinuousRecorder:
    """Records during the schedules' times. For the event loop; writes while enabled and while the card is ready."""

    def __init__(
        self,
        pipeline: Pipeline,
        card: Card,
        settings: Settings,
        model: str,
        now_ns: Callable[[], int],
        local: Callable[[int], datetime],
        file_length_ns: int = CONTINUOUS_FILE_LENGTH_NS,
        steady_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """File names start with `model`.

        `now_ns` is the camera's clock and `local` returns the local time of its values; `steady_ns` is a monotonic
        clock.
        """
        self._pipeline = pipeline
        self._card = card
        self._settings = settings
        self._model = model
        self._clock_steps = ClockStepMeter(now_ns, steady_ns)
        self._local = local
        self._file_length_ns = file_length_ns
        self._is_enabled = False
        self.recording = False
        """Whether a file is being written now."""
        self._listeners: list[Callable[[], None]] = []
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread = WorkerPool("recorder", 1)
        """A thread of its own, because recording must not wait for a scan of the card."""
        self._reported = ""
        self._cut_off: deque[Recording] = deque(maxlen=MAX_CUT_OFF)
        card.watch(self._changed.set)
        settings.watch(GENERAL, lambda _: self._changed.set())

    @property
    def failure(self) -> str:
        """Reason why a due recording does not take place; empty if there is none."""
        return self._reported

    def watch(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `recording` or `failure` may have changed."""
        self._listeners.append(listener)

    def enable(self, enabled: bool) -> None:
        """Start or stop recording."""
        self._is_enabled = enabled
        self._changed.set()
        if enabled and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """Complete the present file and stop."""
        self.enable(False)
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        waiting_since_s = time.monotonic()
        while self._is_enabled:
            await self._card.look()
            ready = self._card.ready
            if ready and await self._attempt():
                continue
            if ready:
                waiting_since_s = time.monotonic()
            elif time.monotonic() - waiting_since_s > REPORT_S:
                self._report_failure(self._card.problem)
            await self._wait(RETRY_S)

    async def _attempt(self) -> bool:
        """Record until a setting or the card changes; return False after a failure."""
        try:
            async with self._card.writing() as disk:
                await self._record(disk)
            return True
        except (OSError, CardError) as error:
            self._report_failure(str(error))
        except Exception:  # recording continues after any error
            _log.exception("recording failed")
        return False

    async def _record(self, disk: Disk) -> None:
        source = hub, sound, _ = self._source()
        recorder = self._make_recorder(disk, *source)
        queue = SubscriberQueue(hub, sound, time.monotonic, self._pipeline.traffic.of(hub.name, RECORDING))
        rest: list[EncodedFrame] = []
        self._clock_steps.measure()
        try:
            while self._is_enabled and self._source() == source and self._card.ready:
                await self._wait(FLUSH_S)
                await self._write(recorder, queue.take(time.monotonic() - HOLD_S))
            rest = queue.take()
        finally:
            queue.close()
            await self._finish(recorder, rest)
            self._set_recording(False)
            if queue.dropped:
                self._report_failure(f"{queue.dropped} pictures are missing because the card is too slow")

    def _source(self) -> tuple[Hub, Hub | None, bool]:
        """Return the streams of pictures and sound that are to be recorded, and whether the files are MP4."""
        general = self._settings[GENERAL]
        sound = choose_audio(self._pipeline, general)
        return choose_continuous_video(self._pipeline, general), sound, general["FileFormat"] == "MP4"

    def _make_recorder(self, disk: Disk, hub: Hub, sound: Hub | None, is_mp4: bool) -> "SegmentedRecorder":
        from ipcamd.recording.segmented_recorder import SegmentedRecorder  # not at the camera's start

        def begin(writer: ContainerWriter) -> RecordingFile:
            return RecordingFile(disk, RECORD, self._model, writer, self._local(writer.origin))

        avi = AviContainer(sound.codec if sound else None, self._local)
        container = Mp4Container(sound.codec if sound else None) if is_mp4 else avi
        size = min(CONTINUOUS_FILE_BYTES, self._card.space().total_bytes // 8)
        return SegmentedRecorder(container, begin, hub.ask_key, self._file_length_ns, size)

    async def _write(self, recorder: "SegmentedRecorder", frames: list[EncodedFrame]) -> None:
        """Write frames. Raises ``OSError`` and `CardError`."""
        if not await self._card.make_room(sum(len(frame.payload) for frame in frames)):
            raise CardError("the SD card is full")
        completed, present = await self._thread.run(partial(_write, recorder, frames, self._clock_steps.measure()))
        await self._add_files(completed)
        if present:
            self._card.update_recording(present)
            self._report_recovery()
            self._set_recording(True)

    async def _finish(self, recorder: "SegmentedRecorder", frames: list[EncodedFrame]) -> None:
        """Complete the last file; after a failure, remember it for repair."""
        unfinished = {r.key: r for r in self._card.index if r.writing}
        completed, present, failure = await self._thread.run(partial(_close, recorder, frames))
        if failure:
            self._report_failure(failure)
        if present:
            unfinished[present.key] = present
        for key in unfinished.keys() - {recording.key for recording in completed}:
            self._card.index.forget(key)
            self._cut_off.append(unfinished[key])
        await self._add_files(completed)

    async def _add_files(self, files: list[Recording]) -> None:
        """Add completed files to the index.

        A completed file shows that the card works, so incomplete files are repaired.
        """
        await self._card.add_recordings(*files)
        if not files:
            return
        for incomplete in tuple(self._cut_off):
            with suppress(OSError):  # repeated after the next file; recording continues
                await self._card.rescan(*incomplete.key)
                self._cut_off.remove(incomplete)

    def _report_failure(self, why: str) -> None:
        if why in ("", self._reported) or not self._card.mounted:
            return
        _log.error("nothing is recorded: %s", why)
        self._card.log_event("recording stopped", why)
        self._reported = why
        self._notify()

    def _report_recovery(self) -> None:
        if self._reported:
            self._card.log_event("recording continues", "")
            self._reported = ""
            self._notify()

    def _set_recording(self, recording: bool) -> None:
        if recording is not self.recording:
            self.recording = recording
            self._notify()

    def _notify(self) -> None:
        for listener in self._listeners:
            listener()

    async def _wait(self, duration_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                await self._changed.wait()
        self._changed.clear()


def _write(
    recorder: "SegmentedRecorder", frames: list[EncodedFrame], clock_step_ns: int
) -> tuple[list[Recording], Recording | None]:
    if clock_step_ns:
        recorder.expect_step(clock_step_ns)
    completed = recorder.write(frames)
    return completed, recorder.current.state() if recorder.current else None


def _close(recorder: "SegmentedRecorder", frames: list[EncodedFrame]) -> tuple[list[Recording], Recording | None, str]:
    """Return the completed files, the file that was open, and the error if it could not be completed."""
    completed: list[Recording] = []
    present: Recording | None = None
    with suppress(OSError):  # there may be room for the index even if there is none for the last pictures
        completed = recorder.write(frames)
    with suppress(OSError):
        present = recorder.current.state() if recorder.current else None
    try:
        closed = recorder.close()
    except OSError as error:
        return completed, present, str(error)
    return [*completed, closed] if closed else completed, present, ""
