"""Payloads of messages: states, and events as JSON."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from ipcamd.event_bus import Event
from ipcamd.events.schedule import Schedule
from ipcamd.onvif.events.notification import Notification

TARGET = "mqtt"
"""Name of the broker among the targets of deliveries."""
ON, OFF = "ON", "OFF"
"""States; of inputs and outputs ON is high."""


def state_text(is_on: bool) -> str:
    """Return the payload of a state."""
    return ON if is_on else OFF


def event_json(event: Event, schedules: Iterable[Schedule]) -> bytes:
    """Return an event as JSON: ``schedule`` names the schedules that it starts, separated by commas."""
    told = {
        "id": f"{event.time_ns}-{event.kind.value}-{event.number}-{int(event.is_on)}",
        "kind": event.kind.value,
        "number": event.number,
        "time": _utc(event.time_ns),
        "state": state_text(event.is_on),
        "schedule": ",".join(schedule.name for schedule in schedules),
    }
    return json.dumps(told, ensure_ascii=False).encode()


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
    return json.dumps({"UtcTime": _utc(notification.time_ns), "Source": source, "Data": data}).encode()


def _utc(time_ns: int) -> str:
    moment = datetime.fromtimestamp(time_ns / 1e9, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
