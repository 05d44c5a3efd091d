"""Notification producer: subscriptions and the messages that wait in them are bounded."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ipcamd.access.accounts import Account
from ipcamd.event_bus import Event, EventBus, EventKind
from ipcamd.onvif.events.filter import NotificationFilter
from ipcamd.onvif.events.producer import NotificationProducer
from ipcamd.onvif.events.subscription import Subscription
from ipcamd.onvif.events.subscription_limits import OWN_LIMIT, QUEUE_LIMIT, SUBSCRIPTIONS_LIMIT
from ipcamd.onvif.soap.fault import Fault
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

ADMIN, GUEST, LEAVER = (
    Account(name, rank) for name, rank in (("admin", Rank.ADMIN), ("g", Rank.GUEST), ("l", Rank.ADMIN))
)
ALL = NotificationFilter()


class Camera:
    """Event bus, clock and accounts of a camera, with the producer."""

    def __init__(self, folder: Database) -> None:
        self.bus, self.now_s, self.valid = EventBus(), 0.0, {ADMIN, GUEST, LEAVER}
        accounts = cast("Any", SimpleNamespace(is_valid=lambda account: account in self.valid))
        settings = Settings(folder, ALL_GROUPS, {})
        self.producer = NotificationProducer(self.bus, settings, accounts, time.time_ns, lambda: self.now_s)

    def open(self, account: Account = ADMIN) -> Subscription:
        return self.producer.open(account, ALL, 60.0)


@pytest.fixture
async def camera(tmp_path: Path) -> AsyncIterator[Camera]:
    with Database(tmp_path / "ipcamd.db") as database:
        camera = Camera(database)
        yield camera
        await camera.producer.close()


async def test_the_number_of_subscriptions_is_bounded(camera: Camera) -> None:
    guests = [camera.open(GUEST) for _ in range(OWN_LIMIT)]
    with pytest.raises(Fault, match="an account of this rank can have 8"):
        camera.open(GUEST)
    others = [camera.open() for _ in range(SUBSCRIPTIONS_LIMIT - len(guests))]
    with pytest.raises(Fault, match="there can be 32"):
        camera.open()
    camera.producer.end(others[0])
    assert camera.producer.find(camera.open().number)


async def test_a_subscription_ends_with_its_time_and_its_account(camera: Camera) -> None:
    short, long, left = camera.open(), camera.open(), camera.open(LEAVER)
    long.renew(100.0)
    camera.now_s = 61.0
    camera.valid.discard(LEAVER)
    assert [camera.producer.find(each.number) for each in (short, long, left)] == [None, long, None]
    assert [each.is_closed for each in (short, long, left)] == [True, False, True]


async def test_a_client_that_does_not_pull_loses_the_oldest_messages(camera: Camera) -> None:
    slow, quick = camera.open(), camera.open()
    await quick.take(QUEUE_LIMIT, 0)
    for count in range(QUEUE_LIMIT + 50):
        camera.bus.publish(Event(EventKind.INPUT, count + 1, 1, is_on=count % 2 == 0))
        async with asyncio.timeout(20):
            (message,) = await quick.take(1, 20)
        assert message.time_ns == count + 1
    assert [each.time_ns for each in await slow.take(QUEUE_LIMIT + 50, 0)] == list(range(51, QUEUE_LIMIT + 51))


async def test_a_second_pull_lets_the_first_end(camera: Camera) -> None:
    subscription = camera.open()
    await subscription.take(QUEUE_LIMIT, 0)
    first = asyncio.ensure_future(subscription.take(1, 60))
    for _ in range(3):  # until it waits
        await asyncio.sleep(0)
    second = asyncio.ensure_future(subscription.take(1, 60))
    async with asyncio.timeout(20):
        assert await first == []
    assert not second.done()
    camera.producer.end(subscription)
    async with asyncio.timeout(20):
        assert await second == []
