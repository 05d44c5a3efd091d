"""Translation of the camera's events and changes into notifications, and of the state into properties."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ipcamd.event_bus import Event, EventKind, StorageEvent, Tampering
from ipcamd.onvif.events.notification import Notification
from ipcamd.onvif.events.topics import (
    CELL_MOTION,
    CONFIGURATION_CHANGED,
    DIGITAL_INPUT,
    MOTION_ALARM,
    PROFILE_CHANGED,
    RECORDING_STATE,
    RELAY,
    SCENE_CHANGE,
    SIGNAL_LOSS,
    STORAGE_FAILURE,
    TOO_BRIGHT,
    TOO_DARK,
    Topic,
)
from ipcamd.onvif.media import tokens
from ipcamd.onvif.soap.values import text_of

ANALYTICS = "motion"
"""Token of the motion detection in notifications."""

_TAMPERINGS: Mapping[int, Topic] = {
    Tampering.TOO_DARK: TOO_DARK,
    Tampering.TOO_BRIGHT: TOO_BRIGHT,
    Tampering.SCENE_CHANGE: SCENE_CHANGE,
}


class Translator:
    """Keeps the state of the properties that events change."""

    def __init__(self, present: Iterable[Event]) -> None:
        """`present` are events with the present state of every property."""
        self._states: dict[tuple[Topic, tuple[str, ...]], Notification] = {}
        self._moving = set[int]()
        for event in present:
            self.translate(event)

    @property
    def states(self) -> Iterable[Notification]:
        """The last notification of every property."""
        return tuple(self._states.values())

    def translate(self, event: Event) -> list[Notification]:
        """Return the notifications of an event: none if no state has changed."""
        match event.kind:
            case EventKind.MOTION:
                return self._motion(event)
            case EventKind.INPUT:
                return self._change(DIGITAL_INPUT, event, f"input{event.number}")
            case EventKind.OUTPUT:
                return self._change(RELAY, event, f"relay{event.number}")
            case EventKind.TAMPER:
                return self._change(_TAMPERINGS[event.number], event, tokens.VIDEO_SOURCE)
            case EventKind.STORAGE if event.number == StorageEvent.FAILING:
                return self._change(STORAGE_FAILURE, event, tokens.CARD)
            case EventKind.STORAGE if event.number == StorageEvent.RECORDING:
                return self._change(RECORDING_STATE, event, tokens.RECORDING)
            case EventKind.SOURCE:
                return self._change(SIGNAL_LOSS, event, tokens.VIDEO_SOURCE)
        return []

    def _motion(self, event: Event) -> list[Notification]:
        (self._moving.add if event.is_on else self._moving.discard)(event.number)
        window = (tokens.VIDEO_SOURCE_CONFIGURATION, ANALYTICS, f"window{event.number}")
        alarm = replace(event, is_on=bool(self._moving))
        return [*self._change(CELL_MOTION, event, *window), *self._change(MOTION_ALARM, alarm, tokens.VIDEO_SOURCE)]

    def _change(self, topic: Topic, event: Event, *source: str) -> list[Notification]:
        """Return the notification of an event with these source items: none if its state is the present one."""
        state = ("active" if event.is_on else "inactive") if topic is RELAY else text_of(event.is_on)
        notification = Notification(topic, event.time_ns, source, (state,))
        before = self._states.get(notification.key)
        if before and before.data == notification.data:
            return []
        self._states[notification.key] = notification
        return [notification]


def profile_changed(token: str, now_ns: int) -> Notification:
    """Return the notification of a media profile that was created, changed or deleted."""
    return Notification(PROFILE_CHANGED, now_ns, (), (token,))


def configuration_changed(token: str, kind: str, now_ns: int) -> Notification:
    """Return the notification of a configuration that has changed; `kind` is Media2's name of its kind."""
    return Notification(CONFIGURATION_CHANGED, now_ns, (token, kind), ())
