"""Hub of the metadata track: documents for viewers, and nothing without them."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ipcamd.event_bus import Event, EventBus, EventKind
from ipcamd.media.frame import EncodedFrame
from ipcamd.onvif.events.producer import NotificationProducer
from ipcamd.onvif.metadata.hub import MetadataHub
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database


class Viewer:
    """Receives documents."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[EncodedFrame] = asyncio.Queue()

    async def next(self) -> EncodedFrame:
        async with asyncio.timeout(20):
            return await self.frames.get()


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
async def hub(bus: EventBus, tmp_path: Path) -> AsyncIterator[MetadataHub]:
    with Database(tmp_path / "ipcamd.db") as database:
        settings = Settings(database, ALL_GROUPS, {})
        producer = NotificationProducer(bus, settings, cast("Any", SimpleNamespace()), time.time_ns)
        yield MetadataHub(producer, settings, time.time_ns)
        await producer.close()


def high(is_on: bool = True) -> Event:
    return Event(EventKind.INPUT, time.time_ns(), 1, is_on)


@pytest.mark.slow
async def test_without_viewers_nothing_listens(hub: MetadataHub, bus: EventBus) -> None:
    rest = asyncio.Event()
    bus.watch_demand(lambda: None if bus.wants(EventKind.INPUT) else rest.set())
    viewer = Viewer()
    hub.subscribe(viewer.frames.put_nowait)
    await viewer.next()
    assert bus.wants(EventKind.INPUT)
    hub.unsubscribe(viewer.frames.put_nowait)
    hub.ask_key()
    async with asyncio.timeout(20):
        await rest.wait()
    assert viewer.frames.empty()


@pytest.mark.slow
async def test_the_state_is_a_key_frame_and_events_are_not(hub: MetadataHub, bus: EventBus) -> None:
    bus.publish(high())
    viewer = Viewer()
    assert hub.subscribe(viewer.frames.put_nowait) == []
    state = await viewer.next()
    assert state.key
    assert b"Initialized" in state.payload
    bus.publish(high(False))
    event = await viewer.next()
    assert (event.key, event.counter) == (False, state.counter + 1)
    assert b'PropertyOperation="Changed"' in event.payload
    assert hub.gop == []  # a later viewer gets the state of that moment
    hub.unsubscribe(viewer.frames.put_nowait)


@pytest.mark.slow
async def test_repeated_requests_get_one_key_document(hub: MetadataHub, bus: EventBus) -> None:
    viewer = Viewer()
    hub.subscribe(viewer.frames.put_nowait)
    await viewer.next()
    for _ in range(100):
        hub.ask_key()
    assert (await viewer.next()).key
    bus.publish(high())
    assert not (await viewer.next()).key
    hub.unsubscribe(viewer.frames.put_nowait)
