"""Notification: one message of a topic (ONVIF Core, 9.4 and 9.5)."""

from dataclasses import replace

from ipcamd.dataclass import dataclass
from ipcamd.onvif.events.topics import Topic
from ipcamd.onvif.soap.values import utc_time
from ipcamd.onvif.soap.writer import Node, node

CONCRETE_SET = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
"""Dialect of topic expressions with ``//.`` and ``|``."""
CONCRETE = "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete"
"""Dialect of topic expressions that name one topic (WS-Topics 1.3, 8)."""

INITIALIZED = "Initialized"
"""Property operation: the state at the start of a subscription."""
CHANGED = "Changed"
"""Property operation: the state has changed."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One message."""

    topic: Topic
    time_ns: int
    """Since the epoch, UTC, by the camera's clock."""
    source: tuple[str, ...]
    """Values of the topic's source items."""
    data: tuple[str, ...]
    """Values of the topic's data items."""
    operation: str = CHANGED

    @property
    def key(self) -> tuple[Topic, tuple[str, ...]]:
        """Property that the message describes."""
        return self.topic, self.source

    @property
    def items(self) -> dict[str, str]:
        """All items by name."""
        names = [name for name, _ in (*self.topic.source, *self.topic.data)]
        return dict(zip(names, (*self.source, *self.data), strict=True))

    def initialized(self, time_ns: int) -> "Notification":
        """Return the message in the form that new subscribers get."""
        return replace(self, operation=INITIALIZED, time_ns=time_ns)


def notification_node(notification: Notification) -> Node:
    """Return ``wsnt:NotificationMessage``."""
    return node("wsnt:NotificationMessage", notification_parts(notification))


def notification_parts(notification: Notification) -> tuple[Node, ...]:
    """Return the content of a ``wsnt:NotificationMessageHolderType``."""
    topic = notification.topic
    operation = notification.operation if topic.is_property else None
    source = _items("tt:Source", topic.source, notification.source)
    data = _items("tt:Data", topic.data, notification.data)
    time = utc_time(notification.time_ns)
    message = node("tt:Message", source, data, UtcTime=time, PropertyOperation=operation)
    return node("wsnt:Topic", topic.text, Dialect=CONCRETE), node("wsnt:Message", message)


def _items(name: str, declared: tuple[tuple[str, str], ...], values: tuple[str, ...]) -> Node | None:
    pairs = zip((item for item, _ in declared), values, strict=True)
    return node(name, [node("tt:SimpleItem", Name=item, Value=value) for item, value in pairs]) if declared else None
