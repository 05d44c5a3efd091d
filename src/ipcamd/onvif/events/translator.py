"""Translation of the camera's events and changes into notifications, and of the state into properties."""

from collections.abc import Iterable, Mapping

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
                return self._change(_input(event.number, event.is_on, event.time_ns))
            case EventKind.OUTPUT:
                return self._change(_relay(event.number, event.is_on, event.time_ns))
            case EventKind.TAMPER:
                return self._change(_tampering(event))
            case EventKind.STORAGE:
                return self._storage(event)
            case EventKind.SOURCE:
                return self._change(_signal_loss(event.is_on, event.time_ns))
        return []

    def _motion(self, event: Event) -> list[Notification]:
        (self._moving.add if event.is_on else self._moving.discard)(event.number)
        window = self._change(_cell_motion(event.number, event.is_on, event.time_ns))
        return [*window, *self._change(_motion_alarm(bool(self._moving), event.time_ns))]

    def _storage(self, event: Event) -> list[Notification]:
        state = (_boolean(event.is_on),)
        match event.number:
            case StorageEvent.FAILING:
                return self._change(Notification(STORAGE_FAILURE, event.time_ns, (tokens.CARD,), state))
            case StorageEvent.RECORDING:
                return self._change(Notification(RECORDING_STATE, event.time_ns, (tokens.RECORDING,), state))
        return []

    def _change(self, notification: Notification) -> list[Notification]:
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


def _motion_alarm(is_on: bool, time_ns: int) -> Notification:
    return Notification(MOTION_ALARM, time_ns, (tokens.VIDEO_SOURCE,), (_boolean(is_on),))


def _cell_motion(window: int, is_on: bool, time_ns: int) -> Notification:
    source = (tokens.VIDEO_SOURCE_CONFIGURATION, ANALYTICS, f"window{window}")
    return Notification(CELL_MOTION, time_ns, source, (_boolean(is_on),))


def _tampering(event: Event) -> Notification:
    return Notification(_TAMPERINGS[event.number], event.time_ns, (tokens.VIDEO_SOURCE,), (_boolean(event.is_on),))


def _signal_loss(is_on: bool, time_ns: int) -> Notification:
    return Notification(SIGNAL_LOSS, time_ns, (tokens.VIDEO_SOURCE,), (_boolean(is_on),))


def _input(number: int, is_high: bool, time_ns: int) -> Notification:
    return Notification(DIGITAL_INPUT, time_ns, (f"input{number}",), (_boolean(is_high),))


def _relay(number: int, is_high: bool, time_ns: int) -> Notification:
    return Notification(RELAY, time_ns, (f"relay{number}",), ("active" if is_high else "inactive",))


def _boolean(value: bool) -> str:
    return "true" if value else "false"
