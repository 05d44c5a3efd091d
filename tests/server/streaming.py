"""Server of streams on loopback, and the data read by its viewers."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.server.serving import Server, serving

from ipcamd.cgi.endpoint import Endpoint, Framing, Join, never
from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Rank
from ipcamd.wire.http.multipart_writer import PLAIN_TYPE, SDK_TYPE

GET = b"GET /mjpeg HTTP/1.0\r\n\r\n"
BIG = bytes(400_000)


def frame(number: int, payload: bytes = b"JPEG", key: bool = True, codec: codecs.Codec = codecs.JPEG) -> EncodedFrame:
    return EncodedFrame(codec, payload, key, 0, number, (640, 480), 8000 if codec.is_audio else 30)


class Streams(Server):
    """A server with one hub for pictures, one for video, one for sound."""

    mjpeg: Hub
    video: Hub
    sound: Hub
    kept: list[asyncio.StreamWriter]

    async def watch(self, path: str = "/mjpeg") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Start watching; return behind the answer's head and the first boundary."""
        reader, writer = await self.connect()
        self.kept.append(writer)  # one that is forgotten closes itself
        writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        if path not in ("/raw", "/opened"):
            assert await reader.readline() == b"--myboundary\r\n"
        return reader, writer


@asynccontextmanager
async def streaming(**more: object) -> AsyncIterator[Streams]:
    mjpeg, video, sound = Hub(codecs.JPEG), Hub(codecs.H264, "video"), Hub(codecs.ULAW, "sound")
    endpoints = [
        Endpoint(path, Rank.GUEST, lambda call, join=join: join, changes=never)  # type: ignore[misc]
        for path, join in {
            "/mjpeg": Join((mjpeg,), Framing.SDK, SDK_TYPE),
            "/plain": Join((mjpeg,), Framing.PLAIN, PLAIN_TYPE),
            "/video": Join((video,), Framing.SDK, SDK_TYPE),
            "/raw": Join((video,), Framing.RAW, "video/h264"),
            "/opened": Join((video,), Framing.RAW, "video/mp4", opening=b"begin"),
            "/both": Join((mjpeg, sound), Framing.SDK, SDK_TYPE),
            "/sound": Join((sound,), Framing.SDK, SDK_TYPE, sound=True),
        }.items()
    ]
    async with serving(*endpoints, **more) as server, asyncio.timeout(20):  # type: ignore[arg-type]
        streams = Streams(server.service, server.listener, server.clock, server.fanout)
        streams.mjpeg, streams.video, streams.sound = mjpeg, video, sound
        streams.kept = []
        yield streams


async def part(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return counter and payload of the next SDK part, and read the boundary behind it."""
    name, length = (await reader.readuntil(b"\r\n\r\n")).split()
    assert name == b"Content-Length:"
    body = await reader.readexactly(int(length))
    assert await reader.readline() == b"--myboundary\r\n"
    return struct.unpack_from("<I", body)[0], body[28:]
