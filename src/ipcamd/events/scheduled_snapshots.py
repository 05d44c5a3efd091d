"""Scheduled snapshots: a picture for a schedule's targets, at each of its `ipcamd.events.snapshot_times`."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path

from ipcamd.delivery.queue.outbox import Outbox
from ipcamd.errors import IpcamdError, RequestFailed
from ipcamd.event_bus import Event, EventKind
from ipcamd.events.engine import TARGETS
from ipcamd.events.schedule import Schedule
from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.clip_file import ClipFile, ClipSink
from ipcamd.storage.recording_name import free_names
from ipcamd.store.durable_files import draft_of, write_durably
from ipcamd.store.event_log_table import EventLog, EventLogEntry

MQTT_FLAG = "EnableMQTT"
"""Flag of a schedule whose pictures go to the broker."""
SNAPSHOT_TOPIC = "snapshot"
"""Topic of the pictures, below the prefix."""


class ScheduledSnapshots:
    """Takes pictures and queues them durably for the targets of schedules."""

    def __init__(
        self,
        folder: Path,
        model: str,
        take_picture: Callable[[], Awaitable[EncodedFrame]],
        sinks: Mapping[str, ClipSink],
        outbox: Outbox,
        has_broker: Callable[[], bool],
        log: EventLog,
        now_ns: Callable[[], int],
    ) -> None:
        """`folder` contains only pictures that the `sinks` (by flag of the schedule) have not accepted yet. File names
        begin with `model`. `take_picture` returns a JPEG, or raises ``RequestFailed``. `has_broker` returns whether
        MQTT is enabled; `now_ns` is the camera's clock."""
        self._folder, self._model, self._take_picture = folder, model, take_picture
        self._sinks, self._outbox, self._has_broker = sinks, outbox, has_broker
        self._log, self._now_ns = log, now_ns
        self._is_folder_clean = False
        self._failures: dict[int, str] = {}
        """Last failure of each schedule; an equal one is not logged again."""

    async def take(self, schedule: Schedule, due: datetime) -> None:
        """Take the picture that is due at a local time, and pass it to the targets of the schedule."""
        try:
            picture = await self._take_picture()
        except RequestFailed as error:
            self._note(schedule, [str(error)])
            return
        failures = await self._deliver(schedule, due, picture)
        if schedule.has(MQTT_FLAG) and (why := self._publish(picture)):
            failures.append(f"MQTT: {why}")
        self._note(schedule, failures)

    async def _deliver(self, schedule: Schedule, due: datetime, picture: EncodedFrame) -> list[str]:
        """Pass a picture to each sink; return the failures as texts."""
        flags = [flag for flag in self._sinks if schedule.has(flag)]
        if not flags:
            return []
        path = self._folder / secrets.token_hex(16)
        try:
            await asyncio.to_thread(self._write, path, picture.payload)
            file = self._file(path, schedule, due, picture)
            words = [await self._put(flag, file) for flag in flags]
        except OSError as error:
            words = [f"the picture could not be written: {error.strerror}"]
        finally:
            await asyncio.to_thread(_delete, path, draft_of(path))
        return [each for each in words if each]

    def _file(self, path: Path, schedule: Schedule, due: datetime, picture: EncodedFrame) -> ClipFile:
        captured_ns, name = picture.captured_ns, next(free_names(self._model, due, "jpg"))
        event = Event(EventKind.SCHEDULE, captured_ns, schedule.number)
        size = len(picture.payload)
        return ClipFile(path, name, "image/jpeg", size, captured_ns, captured_ns, event, schedule.name)

    async def _put(self, flag: str, file: ClipFile) -> str:
        """Return why a sink did not accept a file; "" if it did."""
        try:
            await self._sinks[flag]([file])
        except (IpcamdError, OSError) as error:
            return f"{TARGETS[flag]}: {error}"
        return ""

    def _publish(self, picture: EncodedFrame) -> str:
        """Queue a picture for the broker; return why not, or ""."""
        if not self._has_broker():
            return "it is switched off"
        if not self._outbox.has_room_for_picture("mqtt"):
            return "too much waits for the broker"
        self._outbox.put("mqtt", SNAPSHOT_TOPIC, picture.payload)
        return ""

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file; the first time, delete files left by a power cut. Blocks. Raises ``OSError``."""
        if not self._is_folder_clean:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            _delete(*self._folder.iterdir())
            self._is_folder_clean = True
        write_durably(path, content)

    def _note(self, schedule: Schedule, failures: list[str]) -> None:
        """Log a new failure, and the end of failures, once each."""
        words, before = "; ".join(failures), self._failures.get(schedule.number, "")
        if words == before:
            return
        self._failures[schedule.number] = words
        done = "" if words else "scheduled pictures arrive again"
        failed = words and f"scheduled picture: {words}"
        self._log.note(EventLogEntry(self._now_ns(), "time", schedule.name, done, failed))


def _delete(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
