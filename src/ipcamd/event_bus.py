"""Event bus: publishes all events to subscribers, whether or not a schedule uses them."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from enum import Enum, IntEnum
from types import TracebackType
from typing import Self

from ipcamd.dataclass import dataclass

QUEUED = 100
"""Maximum number of events in the queue of a subscriber; above it, the oldest are dropped."""

_log = logging.getLogger(__name__)


class EventKind(Enum):
    """Kind of event."""

    MOTION = "motion"
    """Motion in a window, 1 to 3: on at each alarm (repeated every few seconds during motion), off at its end."""
    INPUT = "input"
    """Digital input 1 or 2: on is high."""
    OUTPUT = "output"
    """Digital output 1: on is high."""
    SCHEDULE = "schedule"
    """The time of a schedule, 1 to 10, starts or ends (ScheduleTimeMode=1)."""
    TAMPER = "tamper"
    """Possible tampering: a `Tampering` starts or ends."""
    STORAGE = "storage"
    """State of the SD card or of recording: a `StorageEvent` starts or ends."""
    SOURCE = "source"
    """Source 1: on when its signal is lost, off when it is back."""


class Tampering(IntEnum):
    """Kind of possible tampering: the number of a tamper event."""

    TOO_DARK = 1
    TOO_BRIGHT = 2
    SCENE_CHANGE = 3


class StorageEvent(IntEnum):
    """State of the storage: the number of a storage event."""

    INSERTED = 1
    """A writable card is inserted."""
    FULL = 2
    """The card is full, and files must not be deleted."""
    FAILING = 3
    """The card cannot be read or written, or does not answer."""
    RECORDING = 4
    """A continuous recording is being written."""


_LABELS: dict[EventKind, dict[int, tuple[str, str]]] = {
    EventKind.TAMPER: {
        Tampering.TOO_DARK: ("image too dark", "image not too dark"),
        Tampering.TOO_BRIGHT: ("image too bright", "image not too bright"),
        Tampering.SCENE_CHANGE: ("scene changed", "scene as before"),
    },
    EventKind.SOURCE: {1: ("source lost", "source is back")},
    EventKind.STORAGE: {
        StorageEvent.INSERTED: ("sdcard inserted", "sdcard removed"),
        StorageEvent.FULL: ("sdcard full", "sdcard not full"),
        StorageEvent.FAILING: ("sdcard failing", "sdcard works"),
        StorageEvent.RECORDING: ("recording started", "recording stopped"),
    },
}
"""Labels of events by kind and number: on and off."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    kind: EventKind
    time_ns: int
    """Since the epoch, UTC, by the camera's clock."""
    number: int = 0
    """Number of the window, input, output or schedule, from 1; a `Tampering` or `StorageEvent`; 0: any."""
    is_on: bool = True
    """It starts, or is high; else it ends, or is low."""

    @property
    def label(self) -> str:
        """Name in the log: ``motion 1``, ``di1 high``, ``time``."""
        match self.kind:
            case EventKind.INPUT:
                return f"di{self.number} {self.level}"
            case EventKind.OUTPUT:
                return f"do{self.number} {self.level}"
            case EventKind.SCHEDULE:
                return "time"
            case EventKind.TAMPER | EventKind.STORAGE | EventKind.SOURCE:
                on, off = _LABELS[self.kind][self.number]
                return on if self.is_on else off
        return f"{self.kind.value} {self.number}" if self.number else self.kind.value

    @property
    def level(self) -> str:
        """The level of an input or output, ``high`` or ``low``."""
        return "high" if self.is_on else "low"


class EdgeFilter:
    """Filter of starts and ends: repeated alarms during motion are neither."""

    def __init__(self, states: Iterable[Event]) -> None:
        """`states` are the newest events so far."""
        self._states = {(event.kind, event.number): event.is_on for event in states}

    def is_change(self, event: Event) -> bool:
        """Whether an event changes its state, which is stored for later calls."""
        key = event.kind, event.number
        if self._states.get(key) is event.is_on:
            return False
        self._states[key] = event.is_on
        return True


Listener = Callable[[Event], None]
"""Called in the event loop; must not block."""


class EventBus:
    """Passes every event to every subscriber, in order. For the event loop only."""

    def __init__(self) -> None:
        self.counts = Counter[EventKind]()
        """Events of each kind since the start: starts and ends."""
        self.lost = 0
        """Events that slow subscribers lost, summed over all subscribers."""
        self._listeners: list[Listener] = []
        self._queues: list[EventQueue] = []
        self._demand_watchers: list[Callable[[], None]] = []
        self._newest: dict[tuple[EventKind, int], Event] = {}

    @property
    def newest(self) -> tuple[Event, ...]:
        """Newest event of every window, input, output and state: the present state."""
        return tuple(self._newest.values())

    def note(self, event: Event) -> None:
        """Set the initial state, without calling subscribers."""
        self._newest[event.kind, event.number] = event

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` for each future event."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Stop calling it."""
        self._listeners.remove(listener)

    def open_queue(
        self, name: str, kinds: Collection[EventKind] = tuple(EventKind), size: int = QUEUED
    ) -> "EventQueue":
        """Return a queue of events of these kinds, which must be closed; `name` is for the log."""
        queue = EventQueue(self, name, kinds, size)
        self._queues.append(queue)
        self.subscribe(queue.put)
        self._tell_demand()
        return queue

    def close_queue(self, queue: "EventQueue") -> None:
        """Stop adding events to a queue."""
        if queue in self._queues:
            self._queues.remove(queue)
            self.unsubscribe(queue.put)
            self._tell_demand()

    def wants(self, kind: EventKind) -> bool:
        """Whether a queue is open for events of this kind, so that they must be detected."""
        return any(kind in queue.kinds for queue in self._queues)

    def watch_demand(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` whenever the result of `wants` may have changed."""
        self._demand_watchers.append(watcher)

    def publish(self, event: Event) -> None:
        """Call all listeners; an exception of one is logged and does not affect the others."""
        self.counts[event.kind] += 1
        self.note(event)
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _log.exception("a subscriber failed at %s", event.label)

    def _tell_demand(self) -> None:
        for watcher in self._demand_watchers:
            watcher()


class EventQueue:
    """Bounded queue for a slow subscriber: an asynchronous iterator, which must be closed."""

    def __init__(self, bus: EventBus, name: str, kinds: Collection[EventKind], size: int) -> None:
        """`name` is the subscriber's, for the log; at most `size` events wait, then new ones replace the oldest."""
        self.kinds = frozenset(kinds)
        self.lost = 0
        """Events dropped because the subscriber was too slow."""
        self._bus = bus
        self._name = name
        self._events: deque[Event] = deque(maxlen=size)
        self._filled = asyncio.Event()
        self._closed = False

    def put(self, event: Event) -> None:
        """Queue an event; if the queue is full, drop the oldest one."""
        if event.kind not in self.kinds:
            return
        if len(self._events) == self._events.maxlen:
            if not self.lost:
                _log.warning("%s is too slow and loses events", self._name)
            self.lost += 1
            self._bus.lost += 1
        self._events.append(event)
        self._filled.set()

    def take_waiting(self) -> list[Event]:
        """Remove and return the waiting events."""
        waiting = list(self._events)
        self._events.clear()
        return waiting

    def close(self) -> None:
        """Unsubscribe; a waiting subscriber gets no more events."""
        self._closed = True
        self._events.clear()
        self._filled.set()
        self._bus.close_queue(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            if self._closed:
                raise StopAsyncIteration
            self._filled.clear()
            await self._filled.wait()
        return self._events.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()
