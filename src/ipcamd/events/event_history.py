"""Event history: records each event with an action in the log, from its start to its end."""

from collections.abc import Callable
from dataclasses import replace

from ipcamd.event_bus import Event, EventKind
from ipcamd.store.event_log_table import EventLog, EventSpan

ALWAYS_LOGGED = frozenset({EventKind.TAMPER, EventKind.SOURCE})
"""Kinds of events that are always logged, even without an action."""


class EventHistory:
    """Events in progress. An alarm extends its event; the opposite level of an input ends it."""

    def __init__(self, log: EventLog, has_reaction: Callable[[Event], bool]) -> None:
        """`has_reaction` returns whether an event causes an action."""
        self._log = log
        self._has_reaction = has_reaction
        self._spans: dict[tuple[EventKind, int], EventSpan] = {}
        log.end_all()

    def handle(self, event: Event) -> None:
        """Handle an event (see `EventBus`)."""
        key = event.kind, event.number
        span = self._spans.get(key)
        begins = event.is_on or event.kind is EventKind.INPUT
        if span and begins and span.label == event.label:
            self._put(key, replace(span, seen_ns=max(span.seen_ns, event.time_ns)))
            return
        if span:
            self._end(key, event.time_ns)
        if begins and self._has_reaction(event):
            self._put(key, EventSpan(event.label, event.time_ns, event.time_ns))

    def close(self, now_ns: int) -> None:
        """End the events in progress at shutdown."""
        for key in tuple(self._spans):
            self._end(key, now_ns)

    def _put(self, key: tuple[EventKind, int], span: EventSpan) -> None:
        self._spans[key] = span
        self._log.note(span)

    def _end(self, key: tuple[EventKind, int], time_ns: int) -> None:
        span = self._spans.pop(key)
        self._log.note(replace(span, seen_ns=max(span.seen_ns, time_ns), has_ended=True))
