"""RTSP over HTTP: a GET and a POST that are one connection."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import cast

import pytest
from tests.server.rtsp.player import Player, RtspRig
from tests.server.serving import HOSTS, Users

from ipcamd.camera import Camera
from ipcamd.server.connection_registry import Registry
from ipcamd.server.http.context import HttpContext
from ipcamd.server.http.http_service import HttpService
from ipcamd.server.http.router import Router
from ipcamd.server.http.streaming.fanout import Fanout
from ipcamd.server.listener import Listener
from ipcamd.wire.rtsp.tunnel import GREETING


async def open_http(rig: RtspRig) -> Listener:
    """Open an HTTP port, which passes tunnels to the rig's RTSP service."""
    registry = Registry(rig.registry.admission, rig.registry.now_s)
    adopt = rig.service.tunnels.accept
    context = HttpContext(Router((), Users()), cast(Camera, None), Fanout(), registry, rig.viewers, adopt)
    return await HttpService(context).open(HOSTS, 0)


class Tunnelled(Player):
    """Client that sends its requests on another connection."""

    @classmethod
    async def through(cls, port: int, cookie: str) -> "Tunnelled":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /h264 HTTP/1.0\r\nx-sessioncookie: {cookie}\r\n\r\n".encode())
        assert await reader.readexactly(len(GREETING)) == GREETING
        _, post = await asyncio.open_connection("127.0.0.1", port)
        post.write(f"POST /h264 HTTP/1.0\r\nx-sessioncookie: {cookie}\r\n\r\n".encode())
        player = cls(reader, writer, "rtsp://127.0.0.1:80")
        player.post = post
        return player

    post: asyncio.StreamWriter

    def send(self, method: str, path: str = "", body: bytes = b"", **fields: str) -> None:
        wire, self.writer = self.writer, cast(asyncio.StreamWriter, (pieces := Pieces()))
        super().send(method, path, body, **fields)
        self.writer = wire
        self.post.write(b64encode(pieces.data))


class Pieces:
    data = b""

    def write(self, data: bytes) -> None:
        self.data += data


@pytest.fixture
async def port(rig: RtspRig) -> AsyncIterator[int]:
    listener = await open_http(rig)
    yield listener.port
    listener.close()


async def test_play(rig: RtspRig, port: int) -> None:
    player = await Tunnelled.through(port, "abc")
    await player.play()
    key = rig.hubs.picture(key=True)
    assert await player.frame() == key
    player.post.close()
    await rig.quiet()
    assert await player_goes_on(rig, player)
    player.close()
    await rig.quiet()
    assert len(rig.service.context.sessions) == 0
    assert not rig.service.tunnels._gets


async def player_goes_on(rig: RtspRig, player: Player) -> bool:
    picture = rig.hubs.picture()
    return await player.frame() == picture


async def test_another_post_takes_over(rig: RtspRig, port: int) -> None:
    player = await Tunnelled.through(port, "abc")
    assert (await player.ask("OPTIONS")).status == 200
    first = player.post
    _, player.post = await asyncio.open_connection("127.0.0.1", port)
    player.post.write(b"POST /h264 HTTP/1.0\r\nx-sessioncookie: abc\r\n\r\n")
    assert (await player.ask("OPTIONS")).status == 200
    await rig.quiet()
    with pytest.raises(ConnectionError):
        for _ in range(5):
            first.write(b"x")
            await first.drain()
            await asyncio.sleep(0.01)
    player.close()


@pytest.mark.parametrize(
    "head", [b"POST / HTTP/1.0\r\nx-sessioncookie: no", b"GET / HTTP/1.0\r\nx-sessioncookie: ", b"PUT / HTTP/1.0"]
)
async def test_invalid_tunnels_are_refused(rig: RtspRig, port: int, head: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head + b"\r\n\r\n")
    assert b" 404 " in await reader.readline()
    writer.close()
    assert not rig.service.tunnels._gets


async def test_invalid_base64_ends_the_tunnel(rig: RtspRig, port: int) -> None:
    player = await Tunnelled.through(port, "abc")
    player.post.write(b"$$$$")
    assert await player.closed()
    player.close()
    await rig.quiet()
    assert not rig.service.tunnels._gets


async def test_both_connections_of_a_tunnel_are_reset_at_the_end(rig: RtspRig, port: int) -> None:
    player = await Tunnelled.through(port, "abc")
    assert (await player.ask("OPTIONS")).status == 200
    rig.registry.admission.allows = lambda address: False
    rig.service.close_denied()
    assert await player.closed()
    await rig.quiet()
    assert len(rig.registry) == 0
    assert not rig.service.tunnels._gets
