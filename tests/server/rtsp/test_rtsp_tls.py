"""RTSPS: RTSP over TLS."""

import asyncio
import ssl

import pytest
from tests.server.certificate import server_context, trusting
from tests.server.rtsp.player import Player, RtspRig

from ipcamd.server.pending_connection import TlsContext


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[TlsContext, ssl.SSLContext]:
    """A server's context with its own certificate, and a client's that accepts any."""
    return server_context(tmp_path_factory.mktemp("tls")), trusting()


async def test_play(rig: RtspRig, contexts: tuple[TlsContext, ssl.SSLContext]) -> None:
    server, client = contexts
    port = (await rig.service.open(["127.0.0.1"], 0, server)).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client)
    player = Player(reader, writer, f"rtsps://127.0.0.1:{port}")
    plain = await rig.player()
    await player.play()
    await plain.play()
    for number in range(20):
        sent = rig.hubs.picture(key=number % 10 == 0, size=20_000)
        assert await player.frame() == sent
        assert await plain.frame() == sent
    player.close()
    await rig.quiet()
    assert len(rig.service.context.sessions) == 1


async def test_a_viewer_over_tls_that_reads_nothing_is_cut(
    rig: RtspRig, contexts: tuple[TlsContext, ssl.SSLContext]
) -> None:
    server, client = contexts
    port = (await rig.service.open(["127.0.0.1"], 0, server)).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client)
    player = Player(reader, writer, f"rtsps://127.0.0.1:{port}")
    await player.play()
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    (connection,) = rig.registry
    number = 0
    while number < 300 or not connection.writer.waiting:
        rig.hubs.picture(key=number % 10 == 0, size=60_000)
        await asyncio.sleep(0)
        number += 1
    assert connection.writer.waiting < 1_000_000
    rig.later(1)
    rig.later(11)
    await rig.quiet()
    assert len(rig.service.context.sessions) == 0
    writer.transport.abort()
