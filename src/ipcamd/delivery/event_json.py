"""Event as JSON: the same fields for the MQTT broker and for webhooks."""

from collections.abc import Iterable
from datetime import UTC, datetime

from ipcamd.event_bus import Event

ON = "ON"
"""Text of an active state; of inputs and outputs it means high."""
OFF = "OFF"
"""Text of an inactive state."""


def state_text(is_on: bool) -> str:
    """Return the text of a state."""
    return ON if is_on else OFF


def event_fields(event: Event, schedules: Iterable[str]) -> dict[str, object]:
    """Return the fields of an event: ``schedule`` names the schedules that it starts, separated by commas."""
    return {
        "id": f"{event.time_ns}-{event.kind.value}-{event.number}-{int(event.is_on)}",
        "kind": event.kind.value,
        "number": event.number,
        "time": utc_text(event.time_ns),
        "state": state_text(event.is_on),
        "schedule": ",".join(schedules),
    }


def utc_text(time_ns: int) -> str:
    """Return a time (nanoseconds since the epoch) in ISO 8601, UTC, with milliseconds."""
    moment = datetime.fromtimestamp(time_ns / 1e9, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
