"""MQTT of a camera, imported when it is first enabled."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.app.core import Core
from ipcamd.app.events import EventParts
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.camera import Camera
from ipcamd.mqtt.package import guard_package
from ipcamd.mqtt.retained_topics import RetainedTopics
from ipcamd.params.event.mqtt import MQTT
from ipcamd.workers.thread import run_in_thread

if TYPE_CHECKING:
    from ipcamd.mqtt.mqtt_service import MqttService


def start_mqtt(stack: ShutdownStack, core: Core, events: EventParts, camera: Camera) -> None:
    """Start MQTT, following the settings."""
    late = LateMqtt(stack, core, events, camera)
    core.settings.guard(MQTT.name, guard_package)
    core.settings.watch(MQTT.name, lambda _: late.follow())
    late.follow()


class LateMqtt:
    """MQTT of one camera."""

    def __init__(self, stack: ShutdownStack, core: Core, events: EventParts, camera: Camera) -> None:
        """`stack` closes what the service starts."""
        self._stack, self._core, self._events, self._camera = stack, core, events, camera
        self._retained = RetainedTopics(core.key_values)
        self._starting: asyncio.Task[None] | None = None

    def follow(self) -> None:
        """Start the service if it is enabled, or has retained topics to clear."""
        is_needed = self._core.settings[MQTT.name].flag("Enable") or bool(self._retained)
        if is_needed and self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        service_class = await run_in_thread(_import_service, "MQTT")
        service = service_class(self._camera, self._events.started_by, self._retained, partial(self._core.note, "MQTT"))
        self._stack.push(service.close)
        service.start()


def _import_service() -> "type[MqttService]":
    from ipcamd.mqtt.mqtt_service import MqttService

    return MqttService
