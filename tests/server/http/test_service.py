"""Time-outs, limits, listeners and the end of the service."""

import asyncio
import socket
import struct

import pytest
from tests.server.serving import HOSTS, Server, serving, until

from ipcamd.cgi.endpoint import Body, Call, Endpoint, Reply, text
from ipcamd.errors import ConfigError
from ipcamd.params.group import Rank
from ipcamd.server import connection_registry, listener
from ipcamd.server.connection_limits import Limits

LIMITS = Limits(viewers=2, connections=6, connections_per_address=5)


async def hang(call: Call) -> Reply:
    await asyncio.Event().wait()
    return text("never")


async def count(call: Call) -> Reply:
    return text(str(sum([len(piece) async for piece in call.body])))


QUICK = Endpoint("/quick", Rank.GUEST, lambda call: text("OK"))
BIG = Endpoint("/big", Rank.GUEST, lambda call: Reply(bytes(8_000_000)))
UPLOAD = Endpoint("/upload", Rank.GUEST, count, body=Body.STREAM)
GET = b"GET /quick HTTP/1.1\r\n\r\n"


async def talk(server: Server, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect and send; return once the server has taken it all."""
    reader, writer = await server.connect()
    writer.write(data)
    await until(lambda: len(server.registry) > 0)
    for _ in range(20):
        await asyncio.sleep(0)
    return reader, writer


@pytest.mark.parametrize(
    ("data", "patience", "answer"),
    [
        (b"", 10, b""),
        (b"GET / HT", 10, b"HTTP/1.1 408 "),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", 10, b"HTTP/1.1 408 "),
        (b"POST /quick HTTP/1.1\r\nContent-Length: 5\r\n\r\na", 25, b"HTTP/1.1 408 "),
        (b"POST /upload HTTP/1.1\r\nContent-Length: 5\r\n\r\na", 25, b"HTTP/1.1 408 "),
        (GET, 25, b"HTTP/1.1 200 "),
        (GET + b"\r\n", 25, b"HTTP/1.1 200 "),
        (GET + b"GET", 10, b"HTTP/1.1 200 "),
    ],
)
async def test_time_outs(data: bytes, patience: float, answer: bytes) -> None:
    async with serving(QUICK, UPLOAD) as server, asyncio.timeout(30):
        reader, writer = await talk(server, data)
        server.advance(patience - 1)
        assert len(server.registry) == 1
        server.advance(1.5)
        assert (await reader.read()).startswith(answer)
        server.advance(2.5)
        await until(lambda: len(server.registry) == 0)
        writer.close()


async def test_a_slow_head_does_not_extend_its_deadline() -> None:
    async with serving(QUICK) as server, asyncio.timeout(30):
        reader, writer = await talk(server, b"GET / HTTP/1.1\r\n")
        for _ in range(6):
            writer.write(b"A: b\r\n")
            await asyncio.sleep(0)
            server.advance(2)
        assert b" 408 " in await reader.read()
        writer.close()


async def test_each_piece_of_an_upload_extends_its_deadline() -> None:
    async with serving(UPLOAD) as server, asyncio.timeout(30):
        reader, writer = await talk(server, b"POST /upload HTTP/1.1\r\nContent-Length: 4\r\n\r\n")
        for _ in range(4):
            server.advance(24)
            writer.write(b"x")
            for _ in range(10):
                await asyncio.sleep(0)
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        writer.close()


async def test_a_client_that_reads_no_response_is_disconnected() -> None:
    async with serving(BIG) as server, asyncio.timeout(30):
        _, writer = await talk(server, b"GET /big HTTP/1.1\r\n\r\n")
        server.advance(29)
        assert len(server.registry) == 1
        server.advance(2)
        await until(lambda: len(server.registry) == 0)
        writer.close()


async def test_a_slow_client_gets_all_of_its_answer() -> None:
    async with serving(BIG) as server, asyncio.timeout(30):
        reader, writer = await talk(server, b"GET /big HTTP/1.1\r\nConnection: close\r\n\r\n")
        for _ in range(4):  # less waits in the kernel at the end
            await reader.readexactly(1_000_000)
            server.advance(25)
        assert len(await reader.read()) > 4_000_000
        writer.close()


async def test_one_address_cannot_take_every_place() -> None:
    hanging = Endpoint("/hang", Rank.GUEST, hang, for_caller=True)
    async with serving(QUICK, hanging, limits=LIMITS) as server, asyncio.timeout(30):
        held = [await talk(server, b"GET /hang HTTP/1.1\r\n\r\n") for _ in range(5)]
        await until(lambda: len(server.registry) == 5)
        reader, writer = await server.connect()
        assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
        writer.close()
        await until(lambda: len(server.registry) == 5)
        held[0][1].close()
        await until(lambda: len(server.registry) == 4)
        assert b" 200 " in await server.ask(GET)
        for _, writer in held:
            writer.close()


async def test_an_address_that_is_not_admitted_is_reset_before_a_byte_is_read() -> None:
    allowed = True
    async with serving(QUICK, allows=lambda address: allowed and address == "127.0.0.1") as server:
        assert b" 200 " in await server.ask(GET)
        reader, writer = await talk(server, GET)
        allowed = False
        server.registry.close_denied()
        with pytest.raises(ConnectionError):
            await reader.readexactly(10_000)
        with pytest.raises(ConnectionError):
            await server.ask(GET)
        writer.close()


async def test_a_new_port_opens_before_the_old_one_closes() -> None:
    async with serving(QUICK) as server, asyncio.timeout(30):
        reader, writer = await talk(server, GET)
        old = server.listener
        server.listener = await server.service.open(HOSTS, 0)
        assert b" 200 " in await server.ask(GET)
        old.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", old.port)
        writer.write(b"GET /quick HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).count(b" 200 ") == 2
        writer.close()


async def test_a_port_in_use_is_refused_in_words() -> None:
    async with serving(QUICK) as server:
        with pytest.raises(ConfigError, match=f"port {server.listener.port} is in use"):
            await server.service.open(HOSTS, server.listener.port)
        with pytest.raises(ConfigError, match=r"192\.0\.2\.1.*--host"):
            await server.service.open(("192.0.2.1",), 0)


async def test_out_of_descriptors_it_rests_and_recovers(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "ACCEPT_PAUSE_S", 0.01)
    async with serving(QUICK) as server:
        accept, failures = socket.socket.accept, [OSError(24, "Too many open files")] * 3

        def short(sock: socket.socket) -> tuple[socket.socket, object]:
            if failures:
                raise failures.pop()
            return accept(sock)

        monkeypatch.setattr(socket.socket, "accept", short)
        assert b" 200 " in await server.ask(GET)
        assert caplog.text.count("accepts no connections for 0.01 s: [Errno 24] Too many open files") == 1


async def test_one_port_on_both_families() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    async with serving(QUICK) as server, asyncio.timeout(30):
        both = await server.service.open(("0.0.0.0", "::"), 0)
        for host in ("127.0.0.1", "::1"):
            try:
                reader, writer = await asyncio.open_connection(host, both.port)
            except OSError:
                assert host == "::1", "IPv4 must work"
                continue
            writer.write(GET)
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            writer.close()


async def test_shutdown_waits_for_no_client_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_registry, "CLOSE_S", 0.01)
    async with serving(QUICK, Endpoint("/hang", Rank.GUEST, hang)) as server, asyncio.timeout(30):
        idle, _ = await talk(server, GET)
        busy, _ = await talk(server, b"GET /hang HTTP/1.1\r\n\r\n")
        await server.service.close()
        assert b" 200 " in await idle.read()
        with pytest.raises(ConnectionResetError):
            await busy.read()
        await until(lambda: len(server.registry) == 0)


async def test_running_requests_are_answered_at_shutdown() -> None:
    begun = asyncio.Event()

    async def finish(call: Call) -> Reply:
        begun.set()
        await asyncio.sleep(0.01)
        return text("OK")

    async with serving(Endpoint("/finish", Rank.GUEST, finish)) as server, asyncio.timeout(30):
        reader, _ = await talk(server, b"GET /finish HTTP/1.1\r\n\r\n")
        await begun.wait()
        await server.service.close()
        assert (await reader.read()).endswith(b"OK\r\n")


async def test_clients_that_reset_leave_nothing() -> None:
    async with serving(QUICK, BIG) as server, asyncio.timeout(30):
        for data in (
            b"",
            b"GET /",
            GET,
            b"GET /big HTTP/1.1\r\n\r\n",
            b"POST /quick HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", server.listener.port)) as sock:
                sock.sendall(data)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                await until(lambda: len(server.registry) == 1)
            await until(lambda: len(server.registry) == 0)


async def test_no_timer_runs_when_nobody_is_connected() -> None:
    async with serving(QUICK) as server:
        await server.ask(GET)
        await until(lambda: len(server.registry) == 0)
        server.registry._sweep_again()
        assert server.registry._timer is None
