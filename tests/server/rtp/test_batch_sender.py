"""The same bytes for many connections, with one system call and without it."""

import errno
import resource
import socket
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ipcamd.server.rtp.send_ring import SendRing
from ipcamd.server.rtp.tcp_viewer import MIN_CONNECTIONS, BatchSender

Send = Callable[["array[int]", bytes], dict[int, int]]


def open_ring(size: int = 1024) -> SendRing:
    try:
        return SendRing(size)
    except OSError as error:
        pytest.skip(f"no io_uring here: {error}")


def open_files() -> set[str]:
    return {file.name for file in Path("/proc/self/fd").iterdir()}


class Connections:
    """Pairs of connected sockets: the sender's and the receivers'."""

    def __init__(self, stack: ExitStack, count: int) -> None:
        pairs = [socket.socketpair() for _ in range(count)]
        self.senders = [stack.enter_context(sender) for sender, _ in pairs]
        self.receivers = [stack.enter_context(receiver) for _, receiver in pairs]
        for sock in (*self.senders, *self.receivers):
            sock.setblocking(False)

    @property
    def fds(self) -> "array[int]":
        return array("i", [sock.fileno() for sock in self.senders])

    def received(self) -> list[bytes]:
        return [sock.recv(1 << 20) for sock in self.receivers]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=["one call", "one for each"])
def send(request: pytest.FixtureRequest, stack: ExitStack) -> Send:
    if request.param == "one call":
        ring = open_ring()
        stack.callback(ring.close)
        return ring.send
    return BatchSender().send


def test_each_connection_gets_all_bytes(stack: ExitStack, send: Send) -> None:
    connections = Connections(stack, MIN_CONNECTIONS - 1)
    assert send(connections.fds, b"some bytes") == {}
    assert connections.received() == [b"some bytes"] * (MIN_CONNECTIONS - 1)


def test_full_and_broken_connections_are_reported_and_affect_no_other(stack: ExitStack, send: Send) -> None:
    connections = Connections(stack, 4)
    data = bytes(1 << 23)
    connections.senders[1].send(data)  # full
    connections.receivers[2].close()
    results = send(connections.fds[:3] + array("i", (1 << 20,)), data)
    assert 0 < results.pop(0) < len(data)
    assert results == {1: -errno.EAGAIN, 2: -errno.EPIPE, 3: -errno.EBADF}
    assert send(connections.fds[3:], b"good") == {}
    assert connections.receivers[3].recv(9) == b"good"


def test_a_ring_wraps_and_sends_to_more_connections_than_it_has_entries(stack: ExitStack) -> None:
    connections, ring = Connections(stack, 11), open_ring(4)
    stack.callback(ring.close)
    connections.receivers[9].close()
    for number in range(7):
        data = b"%d" % number
        assert ring.send(connections.fds, data) == {9: -errno.EPIPE}
        assert [sock.recv(9) for place, sock in enumerate(connections.receivers) if place != 9] == [data] * 10
    assert ring.send(connections.fds[:3], b"end") == {}


def test_a_sender_opens_its_ring_for_many_connections_and_closes_it(stack: ExitStack) -> None:
    open_ring().close()
    connections, sender = Connections(stack, MIN_CONNECTIONS), BatchSender()
    before = open_files()
    sender.send(connections.fds[1:], b"1")
    assert open_files() == before
    sender.send(connections.fds, b"2")
    assert len(open_files()) > len(before)
    sender.close()
    assert open_files() == before
    assert connections.received() == [b"2", *[b"12"] * (MIN_CONNECTIONS - 1)]


def test_a_sender_without_a_ring_sends_to_each_connection(stack: ExitStack) -> None:
    connections, sender = Connections(stack, MIN_CONNECTIONS), BatchSender()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))  # the kernel refuses a ring
    try:
        assert sender.send(connections.fds, b"1") == {}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert connections.received() == [b"1"] * MIN_CONNECTIONS
    assert sender.send(connections.fds, b"2") == {}
    assert connections.received() == [b"2"] * MIN_CONNECTIONS
