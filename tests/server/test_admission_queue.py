"""Connections at a limit: which are replaced, and which wait."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count

import pytest
from tests.server.certificate import server_context
from tests.server.clients import GET, HANG, QUICK, busy, ended, served, silent, talkative
from tests.server.serving import HOSTS, Server, serving, until

from ipcamd.server.admission import GRACE_S, Verdict
from ipcamd.server.admission_queue import CAPACITY, POLL_S
from ipcamd.server.connection_limits import Limits
from ipcamd.server.connection_timeouts import ConnectionTimeouts
from ipcamd.server.http.http_connection import HttpConnection
from ipcamd.server.pending_connection import TlsContext
from ipcamd.server.request_queue import RequestQueue


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsContext:
    return server_context(tmp_path_factory.mktemp("tls"))


@contextlib.asynccontextmanager
async def passing_time(server: Server) -> AsyncIterator[None]:
    """Let time pass while a connection waits for a place."""

    async def move_clock() -> None:
        while True:
            if len(server.registry.admission.waiting):
                server.clock.now += GRACE_S
            await asyncio.sleep(POLL_S)

    moving = asyncio.create_task(move_clock())
    try:
        yield
    finally:
        moving.cancel()


@pytest.mark.parametrize("alone", [2, 0], ids=["per address", "in all"])
@pytest.mark.parametrize("data", [b"", b"GET / HT", b"\x16"])
async def test_silent_clients_are_replaced(tls: TlsContext, data: bytes, alone: int) -> None:
    limits = Limits(connections=6, connections_per_address=6 - alone, timeouts=ConnectionTimeouts(head_timeout_s=1000))
    async with serving(QUICK, HANG, limits=limits) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        port = listener.port if data == b"\x16" else server.listener.port
        writer = await busy(server, server.listener.port)
        socks = [await silent(port, data) for _ in range(20)]
        ends = [asyncio.create_task(ended(sock)) for sock in socks]
        await until(lambda: len(server.registry.admission.waiting) == 15 + alone)
        assert not any(end.done() for end in ends)
        async with passing_time(server):
            await until(lambda: sum(end.done() for end in ends) == 15 + alone)
            assert all(end.done() for end in ends[:10])  # the oldest; those that come together change places
            assert b" 200 " in await server.ask(GET)
        assert len(server.registry) <= 6 - alone
        assert served(server) == 1
        writer.close()


async def test_no_connection_is_replaced_before_it_could_send() -> None:
    """The first of two clients speaks late, but in time, and the camera is slow to read."""
    async with serving(QUICK, limits=Limits(connections=1)) as server, asyncio.timeout(30):
        first, waiting = await silent(server.listener.port), asyncio.create_task(server.ask(GET))
        await until(lambda: len(server.registry.admission.waiting) == 1)
        server.clock.now += GRACE_S - 0.1
        first.send(GET)
        server.advance(1000)  # in one turn of the event loop: it has not read yet
        answer = await asyncio.get_running_loop().sock_recv(first, 65536)
        first.close()
        assert b" 200 " in answer
        assert b" 200 " in await waiting


async def test_a_request_that_waits_for_its_turn_is_not_replaced() -> None:
    requests = RequestQueue(count().__next__)  # each request takes a second: the next one waits for a turn
    async with serving(QUICK, limits=Limits(connections=2), requests=requests) as server, asyncio.timeout(30):
        clients = [await silent(server.listener.port) for _ in range(2)]
        await until(lambda: len(server.registry) == 2)
        late = asyncio.create_task(server.ask(GET))
        await until(lambda: len(server.registry.admission.waiting) == 1)
        for client in clients:
            client.send(GET)
        await until(lambda: any(isinstance(c, HttpConnection) and c._queued for c in server.registry))
        server.clock.now += 1000
        assert server.registry.admission.admit("127.0.0.1") is Verdict.MUST_WAIT
        assert [b" 200 " in await asyncio.get_running_loop().sock_recv(c, 65536) for c in clients] == [True] * 2
        for client in clients:
            client.close()
        assert b" 200 " in await late


async def test_above_its_capacity_the_admission_queue_is_left_in_order() -> None:
    async with serving(QUICK, limits=Limits(connections=1)) as server, asyncio.timeout(30):
        first = await silent(server.listener.port)
        await until(lambda: len(server.registry) == 1)
        socks = [await silent(server.listener.port) for _ in range(CAPACITY + 1)]
        assert await ended(first)
        assert len(server.registry.admission.waiting) == CAPACITY
        await server.service.close()
        assert all([await ended(sock) for sock in socks])
        assert len(server.registry.admission.waiting) == 0


@pytest.mark.parametrize("alone", [2, 0], ids=["per address", "in all"])
async def test_idle_and_refused_clients_are_replaced(alone: int) -> None:
    """The first to go are those without a login, whatever they sent; a client that is served stays."""
    limits = Limits(
        connections=6,
        connections_per_address=6 - alone,
        timeouts=ConnectionTimeouts(head_timeout_s=1000, idle_timeout_s=1000),
    )
    async with (
        serving(QUICK, HANG, limits=limits) as server,
        passing_time(server),
        asyncio.timeout(30),
    ):
        port, room = server.listener.port, 6 - alone
        writer = await busy(server, port)
        resting = [await talkative(port) for _ in range(room - 2)]
        strangers = [await silent(port, b"GET /quick HTTP/1.1\r\nAuthorization: nobody\r\n\r\n") for _ in range(9)]
        assert all([await ended(sock) for sock in strangers[:-1]])
        assert not any(client.transport.is_closing() for client in resting)
        assert [b" 200 " in await server.ask(GET) for _ in range(9)] == [True] * 9
        assert served(server) == 1
        writer.close()
