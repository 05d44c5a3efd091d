"""Requests and streams over TLS, where the kernel cannot send from the shared memory."""

import asyncio

import pytest
from tests.server.certificate import server_context, trusting
from tests.server.serving import HOSTS, serving, until
from tests.server.streaming import BIG, frame, part

from ipcamd.cgi.endpoint import Endpoint, Framing, Join, Reply, never
from ipcamd.media import codecs
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Rank
from ipcamd.server.http.http_connection import HttpConnection
from ipcamd.server.http.streaming.http_viewer import TlsViewer
from ipcamd.server.pending_connection import TlsContext
from ipcamd.wire.http.multipart_writer import SDK_TYPE


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsContext:
    return server_context(tmp_path_factory.mktemp("tls"))


@pytest.mark.slow
async def test_requests_and_streams_over_tls(tls: TlsContext) -> None:
    hub = Hub(codecs.JPEG)
    endpoints = (
        Endpoint("/big", Rank.GUEST, lambda call: Reply(bytes(3_000_000)), changes=never),
        Endpoint("/mjpeg", Rank.GUEST, lambda call: Join((hub,), Framing.SDK, SDK_TYPE), changes=never),
    )
    async with serving(*endpoints) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)

        async def ask(path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=trusting())
            writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            return reader, writer

        big, _keep = await ask("/big")
        assert len(await big.readexactly(3_000_000)) == 3_000_000
        healthy, _keep2 = await ask("/mjpeg")
        slow, leaving = await ask("/mjpeg")
        await healthy.readline()
        for number in range(40):
            hub.publish(frame(number, BIG))
            assert (await part(healthy))[0] == number
        _, lazy = server.fanout
        assert isinstance(lazy, TlsViewer)
        assert lazy.dropped > 10
        await slow.readline()
        counters = [(await part(slow))[0]]
        while counters[-1] != 39:
            counters.append((await part(slow))[0])
        assert counters == sorted(set(counters))
        leaving.transport.abort()
        await until(lambda: len(server.fanout) == 1)


async def test_a_viewer_over_tls_that_takes_nothing_is_cut(tls: TlsContext) -> None:
    hub = Hub(codecs.JPEG)
    endpoint = Endpoint("/mjpeg", Rank.GUEST, lambda call: Join((hub,), Framing.SDK, SDK_TYPE), changes=never)
    async with serving(endpoint) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        _reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=trusting())
        writer.write(b"GET /mjpeg HTTP/1.1\r\n\r\n")
        await until(lambda: len(server.fanout) == 1)
        for number in range(40):
            hub.publish(frame(number, BIG))
            await asyncio.sleep(0)
        (viewer,) = server.fanout
        assert viewer.sent < 30
        server.advance(9)
        assert len(server.fanout) == 1

        def is_cut() -> bool:
            hub.publish(frame(0, BIG))  # one more waits: the kernel may have taken the last only now
            server.advance(11)
            return len(server.fanout) == 0

        await until(is_cut)


async def test_a_client_that_sends_nothing_after_its_handshake_is_disconnected(tls: TlsContext) -> None:
    async with serving() as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=trusting())
        await until(lambda: [type(each) for each in server.registry] == [HttpConnection])
        server.advance(9)
        assert len(server.registry) == 1
        server.advance(2)
        assert await reader.read() == b""
        writer.close()


async def test_pipelined_requests_over_tls(tls: TlsContext) -> None:
    endpoint = Endpoint("/big", Rank.GUEST, lambda call: Reply(bytes(200_000)), changes=never)
    async with serving(endpoint) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=trusting())
        writer.write(b"GET /big HTTP/1.1\r\n\r\n" * 9 + b"GET /big HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).count(b" 200 OK") == 10
        writer.close()


async def test_plain_http_on_the_tls_port_is_sent_away(tls: TlsContext) -> None:
    async with serving() as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert not (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_silent_plain_connections_end_with_plain_http(tls: TlsContext) -> None:
    """A request on one would be answered without encryption later."""
    async with serving() as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        plain, plain_writer = await asyncio.open_connection("127.0.0.1", server.listener.port)
        _, encrypted_writer = await asyncio.open_connection("127.0.0.1", listener.port)
        await until(lambda: len(server.registry) == 2)
        server.service.end_plain()
        assert await plain.read() == b""
        assert len(server.registry) == 1
        plain_writer.close()
        encrypted_writer.close()
