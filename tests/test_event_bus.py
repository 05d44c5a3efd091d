"""The event bus and its subscribers."""

import asyncio
import logging

import pytest

from ipcamd.event_bus import Event, EventBus, EventKind


def test_a_failing_subscriber_does_not_keep_events_from_others() -> None:
    bus, events = EventBus(), list[Event]()
    bus.subscribe(lambda _: 1 // 0)
    bus.subscribe(events.append)
    bus.publish(Event(EventKind.MOTION, 1))
    assert len(events) == 1


def test_an_unsubscribed_subscriber_is_not_notified() -> None:
    bus, events = EventBus(), list[Event]()
    bus.subscribe(events.append)
    bus.publish(Event(EventKind.MOTION, 1))
    bus.unsubscribe(events.append)
    bus.publish(Event(EventKind.MOTION, 2))
    assert [event.time_ns for event in events] == [1]


def test_a_subscriber_may_unsubscribe_while_it_is_notified() -> None:
    bus, events = EventBus(), list[Event]()

    def once(event: Event) -> None:
        events.append(event)
        bus.unsubscribe(once)

    bus.subscribe(once)
    bus.subscribe(events.append)
    for number in (1, 2):
        bus.publish(Event(EventKind.INPUT, 0, number))
    assert [event.number for event in events] == [1, 1, 2]


async def test_a_queue_gives_the_events_of_its_kinds_in_order() -> None:
    bus = EventBus()
    with bus.open_queue("test", [EventKind.INPUT]) as queue:
        for number in (1, 2):
            bus.publish(Event(EventKind.MOTION, 0, number))
            bus.publish(Event(EventKind.INPUT, 0, number))
        assert [(await anext(queue)).number for _ in range(2)] == [1, 2]


async def test_a_slow_subscriber_loses_its_oldest_events_and_they_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    bus = EventBus()
    with bus.open_queue("the slow one", size=3) as slow, bus.open_queue("the other", size=9) as other:
        for time_ns in range(5):
            bus.publish(Event(EventKind.MOTION, time_ns))
        assert (slow.lost, other.lost, bus.lost) == (2, 0, 2)
        assert [(await anext(slow)).time_ns for _ in range(3)] == [2, 3, 4]
        assert [(await anext(other)).time_ns for _ in range(5)] == [0, 1, 2, 3, 4]
    warnings = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == ["the slow one is too slow and loses events"]


async def test_closing_a_queue_ends_the_wait_for_it() -> None:
    bus = EventBus()
    queue = bus.open_queue("test")
    events = list[Event]()

    async def read() -> None:
        events.extend([event async for event in queue])

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    queue.close()
    async with asyncio.timeout(30):
        await reading
    bus.publish(Event(EventKind.MOTION, 2))
    assert events == []


def test_detection_is_off_without_subscribers() -> None:
    bus, demand = EventBus(), list[bool]()
    bus.watch_demand(lambda: demand.append(bus.wants(EventKind.MOTION)))
    assert not bus.wants(EventKind.MOTION)
    with bus.open_queue("test", [EventKind.MOTION]):
        assert not bus.wants(EventKind.INPUT)
    assert demand == [True, False]


@pytest.mark.parametrize(
    ("event", "label"),
    [
        (Event(EventKind.MOTION, 0, 2), "motion 2"),
        (Event(EventKind.MOTION, 0), "motion"),
        (Event(EventKind.INPUT, 0, 1), "di1 high"),
        (Event(EventKind.INPUT, 0, 2, is_on=False), "di2 low"),
        (Event(EventKind.OUTPUT, 0, 1), "do1 high"),
        (Event(EventKind.SCHEDULE, 0, 7), "time"),
    ],
)
def test_the_label_of_an_event(event: Event, label: str) -> None:
    assert event.label == label
