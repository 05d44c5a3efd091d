"""From an encoder's thread into the event loop."""

import asyncio
from collections.abc import Callable

import pytest

from ipcamd.media.frame import Codec, Encoded
from ipcamd.media.hub import Hub
from ipcamd.media.post import MOST, Post


def frame(counter: int, key: bool = False) -> Encoded:
    return Encoded(Codec.H264, b"x", key, 0, counter, b"")


class Held(asyncio.AbstractEventLoop):
    """An event loop that does nothing until it is told to."""

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
    return Hub("h264")


def post(hub: Hub) -> tuple[Post, Held, list[int]]:
    loop, got = Held(), []  # type: ignore[var-annotated]
    hub.join(lambda sent: got.append(sent.counter))
    hub.key.clear()
    return Post(hub, loop), loop, got


def test_in_order_and_with_one_call_for_what_lies_ready(hub: Hub) -> None:
    sender, loop, got = post(hub)
    for counter in range(3):
        sender.send(frame(counter, key=not counter))
    assert len(loop.calls) == 1
    loop.go()
    assert got == [0, 1, 2]
    sender.send(frame(3))
    loop.go()
    assert got == [0, 1, 2, 3]


def test_a_loop_that_stands_still_costs_frames_but_no_memory(hub: Hub) -> None:
    sender, loop, got = post(hub)
    for counter in range(10 * MOST):
        sender.send(frame(counter, key=not counter))
    assert hub.key.is_set()
    assert sender.lost == 10 * MOST
    sender.send(frame(1000, key=True))
    sender.send(frame(1001))
    loop.go()
    assert got == [1000, 1001]


def test_of_pictures_that_stand_alone_the_newest_survive(hub: Hub) -> None:
    sender, loop, got = post(hub)
    for counter in range(MOST + 5):
        sender.send(frame(counter, key=True))
    loop.go()
    assert got == list(range(MOST, MOST + 5))


def test_a_closed_loop_is_no_error(hub: Hub) -> None:
    sender, loop, _ = post(hub)
    loop.closed = True
    sender.send(frame(0, key=True))
