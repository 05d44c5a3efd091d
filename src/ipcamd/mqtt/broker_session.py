"""MQTT session: one connection to the broker, with its states, events, pictures and commands."""

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Self

import aiomqtt

from ipcamd.camera import Camera
from ipcamd.egress.tls import client_context
from ipcamd.errors import IpcamdError, RequestFailed
from ipcamd.event_bus import EventKind
from ipcamd.mqtt.commands import MAX_QUEUED_COMMANDS, run_command
from ipcamd.mqtt.home_assistant import discovery_json, discovery_topic, status_topic
from ipcamd.mqtt.payloads import TARGET, onvif_json, onvif_topic
from ipcamd.mqtt.retained_topics import RetainedTopics
from ipcamd.mqtt.states import STATE_INTERVAL_S, read_states
from ipcamd.onvif.events.notification import Notification
from ipcamd.onvif.events.translator import Translator
from ipcamd.params.group import Values
from ipcamd.workers.thread import run_in_thread

ONLINE = "online"
"""Payload of ``<Prefix>/status`` while the camera is connected."""
OFFLINE = "offline"
"""Payload of ``<Prefix>/status`` after that."""
TIMEOUT_S = 10.0
"""Time limit for an answer of the broker, in seconds."""
KEEP_ALIVE_S = 30
"""Seconds of silence after which the connection is tested."""

_log = logging.getLogger(__name__)


class MqttSession:
    """One connection."""

    def __init__(self, camera: Camera, values: Values, retained: RetainedTopics, client: aiomqtt.Client) -> None:
        self._camera = camera
        self._enabled = values.flag("Enable")
        self._prefix = values["Prefix"]
        self._announced = self._enabled and values.flag("HomeAssistant")
        self._discovery_prefix = values["DiscoveryPrefix"]
        self._retained = retained
        self._client = client
        self._published: dict[str, bytes] = {}
        """Retained topics and payloads of this connection."""
        self._changed = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, camera: Camera, values: Values, retained: RetainedTopics) -> AsyncIterator[Self]:
        """Connect and log in. Raises ``RequestFailed``, and ``OSError``."""
        if not values["MQTTServer"]:
            raise RequestFailed("Event.Server.MQTT.MQTTServer is not set")
        client = await _client(camera, values)
        try:
            async with client:
                yield cls(camera, values, retained, client)
        except (aiomqtt.MqttError, ExceptionGroup) as error:
            if (cause := _broker_error(error)) is None:
                raise
            raise RequestFailed(f"the broker {values['MQTTServer']}: {cause}") from error

    async def run(self) -> None:
        """Publish states and execute commands until the connection is lost; while MQTT is disabled, only clear retained
        topics."""
        if not self._enabled:
            await self._clear(())
            return
        await self._client.subscribe([(f"{self._prefix}/+/set", 1), (f"{self._prefix}/+/+/set", 1)])
        if self._announced:
            await self._client.subscribe(status_topic(self._discovery_prefix), 1)
        await self._publish_states()
        await self._publish_retained({f"{self._prefix}/status": ONLINE.encode()})
        await self._clear(self._published)
        try:
            async with asyncio.TaskGroup() as tasks:
                for work in (self._follow_states(), self._send_events(), self._follow_bus(), self._take_messages()):
                    tasks.create_task(work)
        finally:
            with suppress(aiomqtt.MqttError, asyncio.CancelledError):
                await self._client.publish(f"{self._prefix}/status", OFFLINE, 1, True, timeout=1)

    # -- states

    async def _follow_states(self) -> None:
        """Publish states that have changed."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(STATE_INTERVAL_S):
                    await self._changed.wait()
            self._changed.clear()
            await self._publish_states()

    async def _publish_states(self) -> None:
        states = read_states(self._camera)
        wanted = {f"{self._prefix}/{topic}": payload.encode() for topic, payload in states.items()}
        if self._announced:
            topic = discovery_topic(self._camera, self._discovery_prefix)
            wanted[topic] = discovery_json(self._camera, self._prefix, states)
        await self._publish_retained(wanted)

    async def _publish_retained(self, wanted: dict[str, bytes]) -> None:
        """Publish the states that differ from those at the broker."""
        changed = {topic: payload for topic, payload in wanted.items() if self._published.get(topic) != payload}
        await self._retained.add(changed)
        for topic, payload in changed.items():
            await self._client.publish(topic, payload, 1, True)
            self._published[topic] = payload

    async def _clear(self, kept: Iterable[str]) -> None:
        """Clear the retained topics except `kept`."""
        if topics := self._retained.without(kept):
            for topic in topics:
                await self._client.publish(topic, b"", 1, True)
            await self._retained.remove(topics)

    # -- events

    async def _send_events(self) -> None:
        """Publish the queued events one by one."""
        outbox = self._camera.outbox
        while True:
            message = await outbox.head(TARGET)
            await self._client.publish(f"{self._prefix}/{message.topic}", message.payload, 1)
            outbox.note_delivered(message)

    async def _follow_bus(self) -> None:
        """Publish the states that an event changes, ONVIF's messages, and a picture at each motion."""
        bus = self._camera.event_bus
        with bus.open_queue("MQTT states") as queue:
            translator = Translator(bus.newest)
            await self._publish_retained(dict(map(self._onvif_message, translator.states)))
            async for event in queue:
                self._changed.set()
                await self._publish_retained(dict(map(self._onvif_message, translator.translate(event))))
                if event.kind is EventKind.MOTION and event.is_on:
                    await self._publish_picture()

    def _onvif_message(self, notification: Notification) -> tuple[str, bytes]:
        return f"{self._prefix}/{onvif_topic(notification)}", onvif_json(notification)

    async def _publish_picture(self) -> None:
        try:
            picture = await self._camera.pipeline.snapshot()
        except RequestFailed as error:
            _log.info("MQTT: no picture of a motion: %s", error)
            return
        await self._client.publish(f"{self._prefix}/picture", bytes(picture.payload))

    # -- commands

    async def _take_messages(self) -> None:
        async for message in self._client.messages:
            if message.retain:  # a retained command would be executed at each connection
                continue
            if not message.topic.matches(status_topic(self._discovery_prefix)):
                await self._obey(str(message.topic), message.payload)
            elif message.payload == ONLINE.encode():  # Home Assistant has started: publish everything again
                self._published.clear()
                self._changed.set()

    async def _obey(self, topic: str, payload: Any) -> None:
        thing = topic.removeprefix(f"{self._prefix}/").removesuffix("/set")
        try:
            if thing == "snapshot":
                await self._publish_picture()
            else:
                await run_command(self._camera, thing, bytes(payload or b""))
        except IpcamdError as error:
            refusal = {"topic": topic, "error": str(error)}
            await self._client.publish(f"{self._prefix}/error", json.dumps(refusal, ensure_ascii=False), 1)
        self._changed.set()


def _broker_error(error: Exception) -> aiomqtt.MqttError | None:
    """Return the broker's or connection's error in an exception group that contains nothing else."""
    if isinstance(error, aiomqtt.MqttError):
        return error
    if isinstance(error, ExceptionGroup):
        causes = [_broker_error(each) for each in error.exceptions]
        return causes[0] if all(causes) else None
    return None


async def _client(camera: Camera, values: Values) -> aiomqtt.Client:
    """Return a client at an address that the egress policy permits. Raises ``RequestFailed``, ``OSError``."""
    host, port = values["MQTTServer"], values.number("Port")
    address = await camera.egress.resolve(host, port)
    name = values["ClientId"] or f"ipcamd-{camera.identity.mac.replace(':', '')}"
    return aiomqtt.Client(
        address,
        port,
        username=values["UserName"] or None,
        password=values["Password"] or None,
        identifier=name,
        logger=_log.getChild("client"),
        will=aiomqtt.Will(f"{values['Prefix']}/status", OFFLINE, 1, True),
        timeout=TIMEOUT_S,
        keepalive=KEEP_ALIVE_S,
        max_queued_incoming_messages=MAX_QUEUED_COMMANDS,
        tls_context=await run_in_thread(partial(_tls, values["Certificate"], host), "tls")
        if values.flag("TLS")
        else None,
    )


def _tls(certificate: str, host: str) -> ssl.SSLContext:
    """Return TLS settings that verify the certificate for `host`, although the connection uses its IP address."""
    context = client_context(certificate)
    wrap = context.wrap_socket

    def wrap_for_host(sock: socket.socket, *_: object, **options: Any) -> ssl.SSLSocket:
        return wrap(sock, **options | {"server_hostname": host})

    context.wrap_socket = wrap_for_host  # type: ignore[method-assign]
    return context
