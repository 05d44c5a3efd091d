"""Publisher: from an encoder's thread into the event loop."""

import asyncio
from collections.abc import Callable

import pytest

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.publisher import BUSY, MAX_FRAMES, Publisher
from ipcamd.media.stream.traffic import Traffic


def frame(counter: int, key: bool = False) -> EncodedFrame:
    return EncodedFrame(codecs.H264, b"x", key, 0, counter)


class ManualEventLoop(asyncio.AbstractEventLoop):
    """Event loop that runs callbacks only on request of the test."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], object]] = []
        self.closed = False

    def call_soon_threadsafe(self, callback: Callable[[], object], *args: object, context: object = None) -> None:  # type: ignore[override]
        if self.closed:
            raise RuntimeError("closed")
        self.calls.append(callback)

    def go(self) -> None:
        calls, self.calls = self.calls, []
        for call in calls:
            call()


@pytest.fixture
def hub() -> Hub:
    return Hub(codecs.H264)


def publisher(hub: Hub, traffic: Traffic | None = None) -> tuple[Publisher, ManualEventLoop, list[int]]:
    loop, got = ManualEventLoop(), []  # type: ignore[var-annotated]
    hub.subscribe(lambda sent: got.append(sent.counter))
    hub.key_wanted.clear()
    return Publisher(hub, loop, (traffic or Traffic()).of("h264", "encoder")), loop, got


def test_in_order_and_with_one_call_for_ready_items(hub: Hub) -> None:
    sender, loop, got = publisher(hub)
    for counter in range(3):
        sender.send(frame(counter, key=not counter))
    assert len(loop.calls) == 1
    loop.go()
    assert got == [0, 1, 2]
    sender.send(frame(3))
    loop.go()
    assert got == [0, 1, 2, 3]


async def test_a_loop_that_stands_still_costs_frames_but_no_memory(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    traffic = Traffic()
    sender, loop, got = publisher(hub, traffic)
    for counter in range(10 * MAX_FRAMES):
        sender.send(frame(counter, key=not counter))
    assert hub.key_wanted.is_set()
    sender.send(frame(1000, key=True))
    sender.send(frame(1001))
    loop.go()
    assert got == [1000, 1001]
    assert traffic.of("h264", "encoder").frames_dropped == 10 * MAX_FRAMES
    traffic.close()
    assert f"frames dropped: {10 * MAX_FRAMES} of h264 for {BUSY}" in caplog.text


async def test_the_newest_independent_pictures_are_kept(hub: Hub) -> None:
    sender, loop, got = publisher(hub)
    for counter in range(MAX_FRAMES + 5):
        sender.send(frame(counter, key=True))
    loop.go()
    assert got == list(range(MAX_FRAMES, MAX_FRAMES + 5))


def test_a_closed_loop_is_no_error(hub: Hub) -> None:
    sender, loop, _ = publisher(hub)
    loop.closed = True
    sender.send(frame(0, key=True))
