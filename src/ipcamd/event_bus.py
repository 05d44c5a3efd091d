"""Something that happened, and the bus that tells it to those who care."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

_log = logging.getLogger(__name__)


class Kind(Enum):
    """What can happen."""

    MOTION = "motion"
    DI1 = "di1"
    DI2 = "di2"
    TIME = "time"
    """A schedule's own time began (ScheduleTimeMode=1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    kind: Kind
    moment: int
    """Nanoseconds since the epoch, UTC, by the camera's clock."""
    level: str = ""
    """The new state of a digital input: ``high`` or ``low``; else empty."""
    window: int = 0
    """The motion window, 1 to 3; else 0."""
    numbers: frozenset[int] = frozenset()
    """The schedules whose own time began; else empty."""


Listener = Callable[[Event], None]
"""Called in the event loop; must not block."""


class EventBus:
    """Tells every listener of every event, in the order in which they happened."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Tell `listener` from now on."""
        self._listeners.append(listener)

    def publish(self, event: Event) -> None:
        """Tell all; one listener's failure is logged and does not keep the others from hearing."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                _log.exception("a listener failed at %s", event.kind.value)


def spelled(event: Event) -> str:
    """Return an event as the log has it: ``motion 1``, ``di1 high``, ``time``."""
    detail = event.level or (str(event.window) if event.window else "")
    return f"{event.kind.value} {detail}".rstrip()
