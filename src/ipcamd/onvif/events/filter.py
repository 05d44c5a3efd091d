"""Filters of a subscription: topic expressions, and conditions on the items of a message (ONVIF Core, 9.6)."""

import re
from collections.abc import Callable, Sequence

from ipcamd.dataclass import dataclass
from ipcamd.onvif.events.notification import CONCRETE, CONCRETE_SET, Notification
from ipcamd.onvif.events.topics import TOPICS, Topic
from ipcamd.onvif.namespaces import PREFIXES
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, invalid_argument

ITEM_FILTER = "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"
"""Dialect of conditions on items."""
LENGTH_LIMIT = 4096
"""Maximum number of characters of an expression."""

Condition = Callable[[dict[str, str]], bool]
"""Returns whether a message with these items matches."""


@dataclass(frozen=True, slots=True)
class NotificationFilter:
    """Filter of one subscription."""

    topics: frozenset[Topic] = frozenset(TOPICS)
    conditions: tuple[Condition, ...] = ()

    def passes(self, notification: Notification) -> bool:
        """Return whether the subscriber gets a message."""
        if notification.topic not in self.topics:
            return False
        return all(condition(notification.items) for condition in self.conditions)


def read_filter(element: Element | None, known: Sequence[Topic] = TOPICS) -> NotificationFilter:
    """Return the filter of a request, for the topics `known`; without one, all match. Raises ``Fault``."""
    if element is None:
        return NotificationFilter(frozenset(known))
    topics, conditions = None, list[Condition]()
    for part in element.children:
        dialect = part.attributes.get("Dialect", "")
        if len(part.text) > LENGTH_LIMIT:
            raise _refuse("InvalidFilterFault", f"{part.name}: at most {LENGTH_LIMIT} characters")
        match part.name:
            case "TopicExpression" if dialect in (CONCRETE_SET, CONCRETE):
                found = read_topics(part, known)
                topics = found if topics is None else topics & found
            case "TopicExpression":
                raise _refuse("TopicExpressionDialectUnknownFault", f"Dialect: allowed are {CONCRETE_SET}, {CONCRETE}")
            case "MessageContent" if dialect == ITEM_FILTER:
                conditions.append(read_condition(part.text))
            case _:
                raise _refuse("InvalidFilterFault", f"{part.name}: allowed are TopicExpression and MessageContent")
    return NotificationFilter(frozenset(known) if topics is None else topics, tuple(conditions))


def read_topics(element: Element, known: Sequence[Topic] = TOPICS) -> frozenset[Topic]:
    """Return the topics that an expression names, such as ``tns1:Device//.|tns1:Media/ProfileChanged``.

    Raises ``Fault`` if one of its parts names no topic.
    """
    found = set[Topic]()
    for expression in element.text.split("|"):
        matching = _matching(expression.strip(), element, known)
        if not matching:
            raise _refuse("InvalidTopicExpressionFault", f"{expression.strip()[:64]}: there is no such topic")
        found |= matching
    return frozenset(found)


def _matching(expression: str, element: Element, known: Sequence[Topic]) -> set[Topic]:
    path = expression.removesuffix("//.")
    has_rest = path != expression
    names = [_local_name(part, element, is_first=not index) for index, part in enumerate(path.split("/"))]
    length = len(names)
    return {
        topic
        for topic in known
        if (has_rest or len(topic.path) == length)
        and len(topic.path) >= length
        and all(name in ("*", part) for name, part in zip(names, topic.path, strict=False))
    }


def _local_name(part: str, element: Element, is_first: bool) -> str:
    """Return a part of an expression without its prefix, which must be that of ONVIF's topics; else ""."""
    prefix, colon, name = part.rpartition(":")
    if not colon:
        return part if not is_first or part == "*" else ""
    return name if element.prefixes.get(prefix) == PREFIXES["tns1"] else ""


_ITEMS = {name for topic in TOPICS for name, _ in (*topic.source, *topic.data)}
"""Names of all items in messages."""
_TOKENS = re.compile(
    r"\s*(?:(?P<word>and|or|not|boolean)\b|(?P<bracket>[()])"
    r"|(?P<item>//(?:\w+:)?SimpleItem\[\s*@Name\s*=\s*(?P<n>\"[^\"]*\"|'[^']*')"
    r"(?:\s*and\s*@Value\s*=\s*(?P<v>\"[^\"]*\"|'[^']*'))?\s*\]))"
)


def read_condition(text: str) -> Condition:
    """Return a condition such as ``boolean(//tt:SimpleItem[@Name="Source" and @Value="1"]) and not(...)``.

    Raises ``Fault``.
    """
    reader = _ConditionReader(text)
    condition = reader.read_or(0)
    if reader.rest:
        raise _invalid_condition(text)
    return condition


class _ConditionReader:
    """Recursive descent over one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list[re.Match[str]]()
        place = 0
        while text[place:].strip():
            match = _TOKENS.match(text, place)
            if not match:
                raise _invalid_condition(text)
            self._tokens.append(match)
            place = match.end()
        self._tokens.reverse()

    @property
    def rest(self) -> bool:
        return bool(self._tokens)

    def read_or(self, depth: int) -> Condition:
        parts = [self._read_and(depth)]
        while self._take("or"):
            parts.append(self._read_and(depth))
        return lambda items: any(part(items) for part in parts)

    def _read_and(self, depth: int) -> Condition:
        parts = [self._read_one(depth)]
        while self._take("and"):
            parts.append(self._read_one(depth))
        return lambda items: all(part(items) for part in parts)

    def _read_one(self, depth: int) -> Condition:
        if depth > 16 or not self._tokens:
            raise _invalid_condition(self._text)
        if self._take("not"):
            inner = self._read_bracket(depth)
            return lambda items: not inner(items)
        if self._take("boolean") or self._tokens[-1]["bracket"] == "(":
            return self._read_bracket(depth)
        match = self._tokens.pop()
        name = match["n"][1:-1] if match["item"] else ""
        if name not in _ITEMS:
            raise _invalid_condition(self._text)
        return _has_item(name, match["v"][1:-1] if match["v"] else None)

    def _read_bracket(self, depth: int) -> Condition:
        if self._take("("):
            inner = self.read_or(depth + 1)
            if self._take(")"):
                return inner
        raise _invalid_condition(self._text)

    def _take(self, wanted: str) -> bool:
        if self._tokens and wanted in (self._tokens[-1]["word"], self._tokens[-1]["bracket"]):
            self._tokens.pop()
            return True
        return False


def _has_item(name: str, value: str | None) -> Condition:
    return lambda items: name in items and value in (None, items[name])


def _invalid_condition(text: str) -> Fault:
    return _refuse("InvalidMessageContentExpressionFault", f"{text[:64]}: no expression of items")


def _refuse(code: str, reason: str) -> Fault:
    return invalid_argument(reason, code)
