"""MQTT service: keeps the connection to the broker while MQTT is enabled, and the queue of events."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from ipcamd.camera import Camera
from ipcamd.delivery.worker.retry_pauses import RetryPauses
from ipcamd.errors import IpcamdError
from ipcamd.event_bus import EdgeFilter, Event
from ipcamd.events.schedule import Schedule
from ipcamd.mqtt.payloads import TARGET, event_json
from ipcamd.mqtt.retained_topics import RetainedTopics
from ipcamd.params.event.mqtt import MQTT
from ipcamd.params.group import Values

EVENT_TOPIC = "event"
"""Topic of events, below the prefix."""
CLOSE_TIMEOUT_S = 1.0
"""Seconds for the last messages to a broker at shutdown."""

_log = logging.getLogger(__name__)

Note = Callable[[str, str], None]
"""Writes the text of a success and that of a failure to the event log."""


class MqttService:
    """Follows ``Event.Server.MQTT``. For the event loop; a slow broker never delays the camera."""

    def __init__(
        self, camera: Camera, started_by: Callable[[Event], Sequence[Schedule]], retained: RetainedTopics, note: Note
    ) -> None:
        """`started_by` returns the schedules that an event starts."""
        self._camera = camera
        self._started_by = started_by
        self._retained = retained
        self._note = note
        self._pauses = RetryPauses()
        self._failure = ""
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start, and follow the settings."""
        self._camera.settings.watch(MQTT.name, lambda _: self._restart())
        self._restart()

    async def close(self) -> None:
        """Disconnect from the broker, and stop."""
        tasks, self._tasks = self._tasks, []
        await _end(tasks)
        await self._camera.outbox.flush()

    def _restart(self) -> None:
        before = self._tasks
        self._pauses.reset()
        enabled = self._camera.settings[MQTT.name].flag("Enable")
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._keep_connected(before))]
        if enabled:
            self._tasks.append(loop.create_task(self._follow_events()))

    async def _follow_events(self) -> None:
        """Queue each start and end of each event."""
        with self._camera.event_bus.open_queue("MQTT") as queue:
            edges = EdgeFilter(self._camera.event_bus.newest)
            async for event in queue:
                if edges.is_change(event):
                    self._camera.outbox.put(TARGET, EVENT_TOPIC, event_json(event, self._started_by(event)))

    async def _keep_connected(self, before: list[asyncio.Task[None]]) -> None:
        """Reconnect after increasing pauses whenever the connection is lost; when MQTT is disabled, clear the retained
        topics."""
        await _end(before)
        values = self._camera.settings[MQTT.name]
        enabled = values.flag("Enable")
        while enabled or self._retained:
            try:
                await self._connect(values)
                return
            except (IpcamdError, OSError, TimeoutError) as error:
                self._note_failure(str(error) or "timed out")
            except Exception:  # a defect in this code or the library must not end the task
                _log.exception("MQTT failed")
            if not enabled:
                return
            await asyncio.sleep(self._pauses.next(away=True))

    async def _connect(self, values: Values) -> None:
        """Run one connection; while MQTT is disabled, only clear the retained topics."""
        from ipcamd.mqtt.broker_session import MqttSession

        async with MqttSession.open(self._camera, values, self._retained) as session:
            self._note_success(values)
            await session.run()

    def _note_success(self, values: Values) -> None:
        self._pauses.reset()
        if self._failure:
            self._note(f"connected to {values['MQTTServer']}", "")
        self._failure = ""

    def _note_failure(self, words: str) -> None:
        self._camera.outbox.note_failure(TARGET)
        if words != self._failure:
            self._failure = words
            _log.warning("MQTT: %s", words)
            self._note("", words)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=CLOSE_TIMEOUT_S)
