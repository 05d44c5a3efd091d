"""Events in the log, from start to end."""

from ipcamd.event_bus import Event, EventKind
from ipcamd.events.event_history import EventHistory
from ipcamd.store.event_log_table import EventLog, EventSpan

MOTION, INPUT, SCHEDULE = EventKind.MOTION, EventKind.INPUT, EventKind.SCHEDULE


class EventLogInMemory(EventLog):
    """Log in memory with the newest state of each event."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, int], EventSpan] = {}

    def note(self, span: EventSpan) -> None:
        self.events[span.label, span.started_ns] = span

    def end_all(self) -> None:
        """Nothing went on."""


def noted(*events: Event, reacts: bool = True, level: bool | None = None) -> list[tuple[str, int, int, bool]]:
    notes = EventLogInMemory()
    history = EventHistory(notes, lambda event: reacts and level in (None, event.is_on))
    for event in events:
        history.handle(event)
    return [(span.label, span.started_ns, span.seen_ns, span.has_ended) for span in notes.events.values()]


def test_further_alarms_extend_an_event_until_its_end() -> None:
    alarms = [Event(MOTION, time_ns, 1) for time_ns in (10, 15, 20)]
    assert noted(*alarms) == [("motion 1", 10, 20, False)]
    assert noted(*alarms, Event(MOTION, 26, 1, False)) == [("motion 1", 10, 26, True)]


def test_windows_are_events_of_their_own() -> None:
    events = Event(MOTION, 10, 1), Event(MOTION, 11, 2), Event(MOTION, 17, 2, False)
    assert noted(*events) == [("motion 1", 10, 10, False), ("motion 2", 11, 17, True)]


def test_the_other_level_of_an_input_ends_an_event() -> None:
    events = Event(INPUT, 10, 1, True), Event(INPUT, 20, 1, False), Event(INPUT, 30, 1, True)
    assert noted(*events, level=True) == [("di1 high", 10, 20, True), ("di1 high", 30, 30, False)]
    assert noted(*events, level=False) == [("di1 low", 20, 30, True)]
    assert noted(*events)[:2] == [("di1 high", 10, 20, True), ("di1 low", 20, 30, True)]


def test_events_without_actions_are_not_logged() -> None:
    assert noted(Event(MOTION, 10, 1), Event(MOTION, 16, 1, False), reacts=False) == []


def test_a_clock_that_was_set_back_makes_no_event_end_before_its_start() -> None:
    assert noted(Event(SCHEDULE, 50, 3), Event(SCHEDULE, 20, 3, False)) == [("time", 50, 50, True)]


def test_events_in_progress_end_with_the_camera() -> None:
    notes = EventLogInMemory()
    history = EventHistory(notes, lambda _: True)
    history.handle(Event(INPUT, 10, 1))
    history.close(30)
    assert [span.has_ended for span in notes.events.values()] == [True]
