"""Published states: each has its own retained topic, and is read from the camera on demand."""

from collections.abc import Mapping

from ipcamd.camera import Camera
from ipcamd.delivery.event_json import state_text
from ipcamd.event_bus import Event, EventKind, StorageEvent
from ipcamd.params.motion import WINDOWS

STATE_INTERVAL_S = 5.0
"""Seconds between two readings of states that change without an event: viewers, frame rate, card."""


def read_states(camera: Camera) -> dict[str, str]:
    """Return the payload of each state by its topic below the prefix."""
    newest = {(event.kind, event.number): event for event in camera.event_bus.newest}
    drivers, settings = camera.drivers, camera.settings
    states = {f"motion/{window}": _is_on(newest, EventKind.MOTION, window) for window in range(1, WINDOWS + 1)}
    states |= {f"input/{n}": state_text(driver.level == "high") for n, driver in enumerate(drivers.inputs, 1)}
    if drivers.has("TriggerOut"):
        states["output/1"] = state_text(drivers.output.level == "high")
    states["tamper"] = state_text(any(e.is_on for (kind, _), e in newest.items() if kind is EventKind.TAMPER))
    states["motion_detection"] = state_text(settings["Motion"].flag("motionenable"))
    states["privacy"] = state_text(settings["Privacy"].flag("Enabled"))
    states["recording"] = _is_on(newest, EventKind.STORAGE, StorageEvent.RECORDING)
    if drivers.ir_cut.is_present:
        states["ircut"] = settings["IRCUt"]["Usage"]
    frame_rate = str(round(camera.pipeline.frame_rate))
    return states | {"viewers": str(camera.viewers()), "frame_rate": frame_rate, "card": _card(camera)}


def _is_on(newest: Mapping[tuple[EventKind, int], Event], kind: EventKind, number: int) -> str:
    event = newest.get((kind, number))
    return state_text(event is not None and event.is_on)


def _card(camera: Camera) -> str:
    """Return the free space in per cent; "" without a card."""
    space = camera.card.space() if camera.card.mounted else None
    return str(100 * space.free_bytes // space.total_bytes) if space and space.total_bytes else ""
