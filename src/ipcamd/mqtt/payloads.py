"""Payloads of messages: states, and events as JSON."""

import json
from collections.abc import Iterable

from ipcamd.delivery.event_json import event_fields, utc_text
from ipcamd.event_bus import Event
from ipcamd.events.schedule import Schedule
from ipcamd.onvif.events.notification import Notification

TARGET = "mqtt"
"""Name of the broker as a delivery target."""


def event_json(event: Event, schedules: Iterable[Schedule]) -> bytes:
    """Return an event as JSON."""
    fields = event_fields(event, (schedule.name for schedule in schedules))
    return json.dumps(fields, ensure_ascii=False).encode()


def onvif_topic(notification: Notification) -> str:
    """Return the topic of a notification below the prefix (ONVIF Core, event broker: ``onvif-ej``)."""
    sources = (f"&{value}" for value in notification.source)
    return "/".join(("onvif-ej", *notification.topic.path, *sources))


def onvif_json(notification: Notification) -> bytes:
    """Return a notification as ONVIF's JSON."""
    topic = notification.topic
    source = {name: value for (name, _), value in zip(topic.source, notification.source, strict=True)}
    data = {
        name: value == "true" if kind == "xs:boolean" else value
        for (name, kind), value in zip(topic.data, notification.data, strict=True)
    }
    return json.dumps({"UtcTime": utc_text(notification.time_ns), "Source": source, "Data": data}).encode()
