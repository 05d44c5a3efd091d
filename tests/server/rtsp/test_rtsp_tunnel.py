"""RTSP over HTTP: a GET and a POST that are one connection."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import cast

import pytest
from tests.server.rtsp.player import Player, Stage

from ipcamd.wire.tunnel import GREETING


class Http(asyncio.Protocol):
    """As much of the HTTP service as hands connections over."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, end, rest = self.data.partition(b"\r\n\r\n")
        if end:
            method = head.decode().partition(" ")[0]
            cookie = head.decode().partition("x-sessioncookie: ")[2].partition("\r")[0]
            if not self.stage.service.tunnels.adopt(self.transport, method, cookie, rest):
                self.transport.close()


class Tunnelled(Player):
    """Sends what it asks on another connection."""

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
async def port(stage: Stage) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(lambda: Http(stage), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_play(stage: Stage, port: int) -> None:
    player = await Tunnelled.through(port, "abc")
    await player.play()
    key = stage.lens.picture(key=True)
    assert await player.frame() == key
    player.post.close()
    await stage.quiet()
    assert await player_goes_on(stage, player)
    player.close()
    await stage.quiet()
    assert len(stage.service) == 0
    assert not stage.service.tunnels._outlets


async def player_goes_on(stage: Stage, player: Player) -> bool:
    picture = stage.lens.picture()
    return await player.frame() == picture


async def test_another_post_takes_over(stage: Stage, port: int) -> None:
    player = await Tunnelled.through(port, "abc")
    assert (await player.ask("OPTIONS")).status == 200
    first = player.post
    _, player.post = await asyncio.open_connection("127.0.0.1", port)
    player.post.write(b"POST /h264 HTTP/1.0\r\nx-sessioncookie: abc\r\n\r\n")
    assert (await player.ask("OPTIONS")).status == 200
    await stage.quiet()
    with pytest.raises(ConnectionError):
        for _ in range(5):
            first.write(b"x")
            await first.drain()
            await asyncio.sleep(0.01)
    player.close()


@pytest.mark.parametrize(
    "head", [b"POST / HTTP/1.0\r\nx-sessioncookie: no", b"GET / HTTP/1.0\r\nx-sessioncookie: ", b"PUT / HTTP/1.0"]
)
async def test_what_is_no_tunnel(stage: Stage, port: int, head: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head + b"\r\n\r\n")
    assert await reader.read() == b""
    writer.close()
    assert not stage.service.tunnels._outlets


async def test_what_is_not_base64_ends_it(stage: Stage, port: int) -> None:
    player = await Tunnelled.through(port, "abc")
    player.post.write(b"$$$$")
    assert await player.closed()
    player.close()
    await stage.quiet()
    assert not stage.service.tunnels._outlets
