"""Snapshots: one picture for many requests."""

import asyncio

import pytest

from ipcamd.errors import RequestFailed
from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.snapshot import Snapshots


def frame(counter: int) -> EncodedFrame:
    return EncodedFrame(codecs.JPEG, b"x", True, 0, counter)


async def turn() -> None:
    """Let every task that can go on do so."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_two_hundred_at_once_share_one_picture() -> None:
    hub = Hub(codecs.JPEG)
    snapshots = Snapshots(hub, linger_s=60)
    asking = [asyncio.ensure_future(snapshots.get()) for _ in range(200)]
    await turn()
    assert hub.subscribers == 1
    hub.publish(frame(0))
    got = await asyncio.gather(*asking)
    assert all(one is got[0] for one in got)
    snapshots.close()
    assert hub.subscribers == 0


async def test_the_running_stream_serves_from_memory() -> None:
    hub = Hub(codecs.JPEG)
    snapshots = Snapshots(hub)
    assert snapshots.newest() is None
    hub.subscribe(print)
    hub.publish(frame(0))
    hub.publish(frame(1))
    assert (await snapshots.get()).counter == 1
    assert snapshots.newest() is (await snapshots.get())
    assert hub.subscribers == 1


async def test_the_stream_goes_on_for_a_moment_and_longer_while_asked() -> None:
    hub, left = Hub(codecs.JPEG), asyncio.Event()
    hub._demand = lambda watched: None if watched else left.set()
    snapshots = Snapshots(hub, linger_s=0.02)
    asking = asyncio.ensure_future(snapshots.get())
    await turn()
    hub.publish(frame(0))
    await asking
    asked = 0
    while asked < 5:
        asked += 1
        hub.publish(frame(asked))
        assert snapshots.newest()
        assert not left.is_set()
    await asyncio.wait_for(left.wait(), 30)
    assert hub.subscribers == 0
    assert snapshots.newest() is None


async def test_after_that_the_next_one_is_new() -> None:
    hub = Hub(codecs.JPEG)
    snapshots = Snapshots(hub, linger_s=0)
    for counter in range(3):
        asking = asyncio.ensure_future(snapshots.get())
        await turn()
        hub.publish(frame(counter))
        assert (await asking).counter == counter
        await asyncio.sleep(0.001)
        assert hub.subscribers == 0


async def test_no_picture_in_time_is_an_error_and_leaves_nothing() -> None:
    hub = Hub(codecs.JPEG)
    snapshots = Snapshots(hub, timeout_s=0.01)
    results = await asyncio.gather(*(snapshots.get() for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [RequestFailed] * 3
    assert hub.subscribers == 0


async def test_a_cancelled_request_does_not_disturb_the_others() -> None:
    hub = Hub(codecs.JPEG)
    snapshots = Snapshots(hub)
    impatient, other = (asyncio.ensure_future(snapshots.get()) for _ in range(2))
    await turn()
    impatient.cancel()
    await turn()
    hub.publish(frame(0))
    assert (await other).counter == 0
    snapshots.close()


async def test_closing_ends_all_requests() -> None:
    snapshots = Snapshots(Hub(codecs.JPEG))
    asking = asyncio.ensure_future(snapshots.get())
    await turn()
    snapshots.close()
    with pytest.raises(RequestFailed):
        await asking


async def test_a_snapshot_requested_after_a_change_shows_the_change() -> None:
    hub = Hub(codecs.JPEG)
    snapshots = Snapshots(hub, linger_s=60)
    asking = asyncio.ensure_future(snapshots.get())
    await turn()
    hub.publish(frame(0))
    await asking
    hub.invalidate(since_ns=1)
    asking = asyncio.ensure_future(snapshots.get())
    await turn()
    hub.publish(frame(1))  # captured at 0
    hub.invalidate()
    hub.publish(frame(2))
    assert (await asking).counter == 2
    snapshots.close()
