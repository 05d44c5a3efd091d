"""Admission, TLS handshakes and the end of a service's connections, over real sockets."""

import asyncio
import gc
import os
import resource
import weakref
from asyncio.sslproto import SSLProtocol
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from tests.server.certificate import server_context, trusting
from tests.server.clients import GET, HANG, QUICK, ask_over_tls, busy, ended, silent, talkative
from tests.server.rtsp.player import RtspRig
from tests.server.serving import HOSTS, Clock, Server, Users, serving, until

from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Call, Endpoint, FileReply, Framing, Join, Reply, never
from ipcamd.media import codecs
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Rank
from ipcamd.server.admission import Admission
from ipcamd.server.connection_limits import Limits
from ipcamd.server.connection_registry import Registry
from ipcamd.server.http.context import HttpContext
from ipcamd.server.http.http_connection import HttpConnection
from ipcamd.server.http.http_service import HttpService
from ipcamd.server.http.router import Router
from ipcamd.server.http.streaming.fanout import Fanout
from ipcamd.server.pending_connection import TlsContext
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.wire.http.multipart_writer import SDK_TYPE
from ipcamd.workers.pool import WorkerPool
from ipcamd.workers.threaded_file import ThreadedFile


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsContext:
    return server_context(tmp_path_factory.mktemp("tls"))


def resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024


# -- admission


@pytest.mark.parametrize("encrypted", [True, False])
async def test_silent_connections_cost_next_to_nothing_and_end(tls: TlsContext, encrypted: bool) -> None:
    async with serving(QUICK) as server, asyncio.timeout(20):
        listener = await server.service.open(HOSTS, 0, tls)
        assert b" 200 " in await ask_over_tls(listener.port)
        port, before = (listener if encrypted else server.listener).port, resident_kb()
        socks = [await silent(port) for _ in range(300)]
        await until(lambda: len(server.registry) == 300)
        assert (resident_kb() - before) / 300 < 8  # KB; both ends of each connection are in this process
        server.advance(11)
        assert all([await ended(sock) for sock in socks])
        assert len(server.registry) == 0
        assert b" 200 " in await ask_over_tls(listener.port)


async def test_connections_count_over_tls_and_plain_together(tls: TlsContext) -> None:
    async with (
        serving(QUICK, HANG, limits=Limits(connections=6, connections_per_address=4)) as server,
        asyncio.timeout(30),
    ):
        listener = await server.service.open(HOSTS, 0, tls)
        held = [await busy(server, server.listener.port) for _ in range(2)]
        held += [await busy(server, listener.port, trusting()) for _ in range(2)]
        reader, writer = await server.connect()
        assert b" 503 " in await reader.read()
        writer.close()
        assert await ended(await silent(listener.port))
        held[0].close()
        await until(lambda: len(server.registry) == 3)
        assert b" 200 " in await server.ask(GET)


async def test_two_services_share_the_limits() -> None:
    async with RtspRig(Limits(connections=3, connections_per_address=2)) as rig, asyncio.timeout(30):
        registry = Registry(rig.registry.admission)
        context = HttpContext(Router((HANG,), Users()), cast(Camera, None), Fanout(), registry, rig.viewers)
        service = HttpService(context)
        listener = await service.open(HOSTS, 0)
        await (await rig.player()).play()
        await busy(Server(service, listener, Clock(), context.fanout), listener.port)
        assert (await (await rig.player()).answer()).status == 503
        await registry.close()
        assert (await (await rig.player()).ask("OPTIONS")).status == 200


async def test_refused_connections_are_warned_of_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    async with (
        serving(HANG, limits=Limits(connections=2, connections_per_address=1)) as server,
        asyncio.timeout(30),
    ):
        writer = await busy(server, server.listener.port)
        for _ in range(3):
            assert await ended(await silent(server.listener.port))
        assert caplog.text.count("too many connections: one from 127.0.0.1 is refused") == 1
        server.clock.now += 61
        assert await ended(await silent(server.listener.port))
        assert "is refused (2 more such lines were left out before)" in caplog.text
        writer.close()


async def test_an_address_that_is_not_allowed_is_reset_before_its_handshake(tls: TlsContext) -> None:
    async with serving(QUICK, allows=lambda address: False) as server:
        listener = await server.service.open(HOSTS, 0, tls)
        with pytest.raises(ConnectionError):
            await ask_over_tls(listener.port)


# -- handshakes


HELLO = b"\x16\x03\x01\x00\x05\x01"


async def test_an_address_has_so_many_handshakes_at_once_and_the_others_wait(tls: TlsContext) -> None:
    async with serving(QUICK, limits=Limits(handshakes_per_address=2)) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        stuck = [await silent(listener.port, HELLO) for _ in range(2)]
        await until(lambda: len(server.registry) == 2)
        asking = asyncio.create_task(ask_over_tls(listener.port))
        await until(lambda: bool(server.registry.admission.handshakes._waiting))
        assert not asking.done()
        stuck[0].close()
        assert b" 200 " in await asking
        server.advance(11)
        assert await ended(stuck[1])
        await until(lambda: len(server.registry) == 0)


async def test_endless_handshakes_do_not_block_other_addresses(tls: TlsContext) -> None:
    async with serving(QUICK, limits=Limits(handshakes=4)) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        stuck = [await silent(listener.port, HELLO, f"127.0.0.{2 + number % 2}") for number in range(12)]
        await until(lambda: len(server.registry) == 12)
        for _ in range(3):
            assert b" 200 " in await ask_over_tls(listener.port)
        for sock in stuck:
            sock.close()
        await until(lambda: len(server.registry) == 0)
        assert not server.registry.admission.handshakes._active


async def test_a_connection_that_waits_too_long_for_its_handshake_is_closed(tls: TlsContext) -> None:
    async with serving(QUICK, limits=Limits(handshakes=1)) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        socks = [await silent(listener.port, HELLO) for _ in range(3)]
        await until(lambda: len(server.registry) == 3)
        server.advance(11)
        assert all([await ended(sock) for sock in socks])
        await until(lambda: len(server.registry) == 0)
        assert b" 200 " in await ask_over_tls(listener.port)


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\n\r\n", HELLO, b"\x16\x03\x01\x00\x05hello"])
async def test_connections_closed_before_the_handshake_are_no_longer_counted(tls: TlsContext, data: bytes) -> None:
    async with serving(QUICK) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        for _ in range(3):
            sock = await silent(listener.port, data)
            await until(lambda: not data or len(server.registry) in (0, 1))
            sock.close()
        await until(lambda: len(server.registry) == 0)
        assert not server.registry.admission._addresses
        assert not server.registry.admission.handshakes._active


def socket_transports(server: Server) -> list[weakref.ref[asyncio.BaseTransport]]:
    """Return the transports of the sockets of all HTTP connections."""
    transports: list[Any] = [each._transport for each in server.registry if isinstance(each, HttpConnection)]
    return [
        weakref.ref(each._ssl_protocol._transport if hasattr(each, "_ssl_protocol") else each) for each in transports
    ]


@pytest.mark.parametrize("encrypted", [True, False])
async def test_closed_connections_leave_nothing_for_the_garbage_collector(tls: TlsContext, encrypted: bool) -> None:
    async with serving(QUICK) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        gc.disable()
        try:
            where = (listener.port, trusting()) if encrypted else (server.listener.port,)
            writers = [await talkative(*where) for _ in range(5)]
            transports = socket_transports(server)
            assert len(transports) == 5
            for writer in writers:
                writer.close()
            await until(lambda: not [each for each in transports if each()])
        finally:
            gc.enable()


async def test_failed_handshakes_leave_nothing_for_the_garbage_collector(tls: TlsContext) -> None:
    async with serving(QUICK) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        gc.collect()
        gc.disable()
        try:
            socks = [await silent(listener.port, HELLO) for _ in range(40)]
            await until(lambda: len(server.registry) == 40)
            for sock in socks:
                sock.close()
            await until(lambda: len(server.registry) == 0)
            left = [each for each in gc.get_objects() if isinstance(each, SSLProtocol)]
            assert not left
        finally:
            gc.enable()


# -- the end


@pytest.fixture
async def stalled(tmp_path: Path) -> AsyncIterator[tuple[Server, list[FileReply]]]:
    """A server whose every kind of work hangs: see `test_shutdown_is_bounded_and_releases_the_camera`."""
    path = tmp_path / "clip.avi"
    path.write_bytes(bytes(8_000_000))
    files: list[FileReply] = []

    async def download(call: Call) -> FileReply:
        files.append(FileReply(Reply(), ThreadedFile(os.open(path, os.O_RDONLY), WorkerPool("file", 1)), 0, 8_000_000))
        return files[-1]

    async def stubborn(call: Call) -> Reply:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if finish.is_set():
                    raise

    finish = asyncio.Event()
    hub = Hub(codecs.JPEG)
    async with serving(
        Endpoint("/clip", Rank.GUEST, download, changes=never),
        Endpoint("/big", Rank.GUEST, lambda call: Reply(bytes(8_000_000)), changes=never),
        Endpoint("/hang", Rank.GUEST, stubborn, changes=never),
        Endpoint("/mjpeg", Rank.GUEST, lambda call: Join((hub,), Framing.SDK, SDK_TYPE), changes=never),
    ) as server:
        yield server, files
        finish.set()
        for task in server.registry._tasks:
            task.cancel()


async def test_the_end_is_bounded_whatever_hangs(
    stalled: tuple[Server, list[FileReply]], tls: TlsContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipcamd.server.connection_registry.CLOSE_S", 0.05)
    monkeypatch.setattr("ipcamd.server.connection_registry.RELEASE_S", 0.05)
    server, files = stalled
    listener = await server.service.open(HOSTS, 0, tls)
    socks = [
        await silent(server.listener.port, b"GET %b HTTP/1.1\r\n\r\n" % path)
        for path in (b"/clip", b"/big", b"/hang", b"/mjpeg", b"/nowhere")
    ]
    socks += [await silent(server.listener.port, data) for data in (b"", b"GET / HT")]
    socks += [await silent(listener.port, data) for data in (b"", HELLO)]
    await until(lambda: files and len(server.registry) == len(socks) and len(server.fanout) == 1)
    async with asyncio.timeout(30):
        await server.service.close()
    assert files[0].content.closed
    assert len(server.registry) == 0
    assert len(server.fanout) == 0
    assert all([await ended(sock) for sock in socks])


async def test_shutdown_releases_the_camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.server.connection_registry.CLOSE_S", 0.05)
    path = tmp_path / "clip.avi"
    path.write_bytes(bytes(8_000_000))

    class FakeCamera:
        """Replaces the camera."""

    reached = asyncio.Event()

    async def download(call: Call) -> FileReply:
        reached.set()
        return FileReply(Reply(), ThreadedFile(os.open(path, os.O_RDONLY), WorkerPool("file", 1)), 0, 8_000_000)

    camera = FakeCamera()
    released = weakref.ref(camera)
    endpoint = Endpoint("/clip", Rank.GUEST, download, changes=never)
    context = HttpContext(
        Router((endpoint,), Users()), cast(Camera, camera), Fanout(), Registry(Admission()), ViewerLimit(10)
    )
    service = HttpService(context)
    listener = await service.open(HOSTS, 0)
    sock = await silent(listener.port, b"GET /clip HTTP/1.1\r\n\r\n")
    await reached.wait()
    await service.close()
    del camera, context, service, listener
    gc.collect()
    assert released() is None
    assert await ended(sock)


async def test_idle_connections_end_with_the_process(tls: TlsContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.server.connection_registry._left_open", left_open := [])
    async with serving(QUICK, HANG) as server, asyncio.timeout(30):
        listener = await server.service.open(HOSTS, 0, tls)
        writer = await busy(server, server.listener.port)
        idle = [await silent(server.listener.port, data) for data in (b"", b"GET / HT")]
        idle.append(await silent(listener.port))
        resting = await talkative(server.listener.port)
        await until(lambda: len(server.registry) == 5)
        await until(lambda: sum(isinstance(each, HttpConnection) for each in server.registry) == 3)
        server.registry.admission.ends_with_process = True
        await server.service.close()
        assert len(server.registry) == 0
        assert len(left_open) == 4
        assert not resting.transport.is_closing()
        await until(writer.transport.is_closing)
        for connection in left_open:
            connection.reset()
        assert all([await ended(sock) for sock in idle])
        resting.close()


async def test_a_closed_service_refuses_a_late_handshake(tls: TlsContext) -> None:
    async with RtspRig() as rig:
        listener = await rig.service.open(HOSTS, 0, tls)
        late = await silent(listener.port)
        await until(lambda: len(rig.registry) == 1)
        await rig.service.close()
        assert await ended(late)
        assert len(rig.registry) == 0
