"""Files as responses: complete, in ranges, to slow clients, interrupted."""

import asyncio
import os
import socket
from pathlib import Path

import pytest
from tests.server.serving import reset, serving, until

from ipcamd.cgi.download import reply_with_file
from ipcamd.cgi.endpoint import Call, Endpoint, FileReply, Reply, never
from ipcamd.params.group import Rank
from ipcamd.server.connection_limits import Limits
from ipcamd.server.connection_timeouts import ConnectionTimeouts
from ipcamd.server.http.file_sender import CHUNK
from ipcamd.workers.pool import WorkerPool
from ipcamd.workers.threaded_file import ThreadedFile

CONTENT = os.urandom(3 * CHUNK + 1234)


class WatchedFile(ThreadedFile):
    """Knows how far it was read."""

    def __init__(self, path: Path) -> None:
        super().__init__(os.open(path, os.O_RDONLY), WorkerPool("file", 1))
        self.position = 0

    async def read(self, offset: int, length: int) -> bytes:
        data = await super().read(offset, length)
        self.position = offset + len(data)
        return data


class FileEndpoint:
    """An endpoint that answers with a file, and every file that it opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened: list[WatchedFile] = []
        self.endpoint = Endpoint("/file", Rank.GUEST, self.give, changes=never)

    async def give(self, call: Call) -> Reply | FileReply:
        file = WatchedFile(self.path)
        self.opened.append(file)
        return reply_with_file(call, file, len(CONTENT), '"tag"', "video/x-msvideo")


@pytest.fixture
def served(tmp_path: Path) -> FileEndpoint:
    path = tmp_path / "clip.avi"
    path.write_bytes(CONTENT)
    return FileEndpoint(path)


def parted(answer: bytes) -> tuple[list[bytes], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


async def test_a_whole_file(served: FileEndpoint) -> None:
    async with serving(served.endpoint) as server:
        lines, body = parted(await server.ask(b"GET /file HTTP/1.1\r\nHost: h\r\n\r\n"))
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert {b"Content-Type: video/x-msvideo", b"Accept-Ranges: bytes", b'ETag: "tag"'} <= set(lines)
    assert b"Content-Length: %d" % len(CONTENT) in lines
    assert body == CONTENT
    assert served.opened[0].closed


@pytest.mark.parametrize(
    ("field", "status", "start", "end"),
    [
        ("bytes=0-", 206, 0, len(CONTENT)),
        ("bytes=5-9", 206, 5, 10),
        (f"bytes={CHUNK - 1}-{CHUNK}", 206, CHUNK - 1, CHUNK + 1),
        ("bytes=-7", 206, len(CONTENT) - 7, len(CONTENT)),
        ("bytes=1-2,5-6", 200, 0, len(CONTENT)),
        ("nonsense", 200, 0, len(CONTENT)),
    ],
)
async def test_a_part_of_it(served: FileEndpoint, field: str, status: int, start: int, end: int) -> None:
    async with serving(served.endpoint) as server:
        lines, body = parted(await server.ask(b"GET /file HTTP/1.1\r\nRange: %b\r\n\r\n" % field.encode()))
    assert int(lines[0].split()[1]) == status
    assert body == CONTENT[start:end]
    assert (b"Content-Range: bytes %d-%d/%d" % (start, end - 1, len(CONTENT)) in lines) == (status == 206)


async def test_a_part_that_is_not_there(served: FileEndpoint) -> None:
    async with serving(served.endpoint) as server:
        lines, body = parted(await server.ask(b"GET /file HTTP/1.1\r\nRange: bytes=%d-\r\n\r\n" % len(CONTENT)))
    assert lines[0] == b"HTTP/1.1 416 Range Not Satisfiable"
    assert b"Content-Range: bytes */%d" % len(CONTENT) in lines
    assert body == b""
    assert served.opened[0].closed


@pytest.mark.parametrize(("tag", "status"), [('"tag"', b"206"), ('"other"', b"200")])
async def test_a_part_of_another_content_is_not_mixed_in(served: FileEndpoint, tag: str, status: bytes) -> None:
    async with serving(served.endpoint) as server:
        request = b"GET /file HTTP/1.1\r\nRange: bytes=0-4\r\nIf-Range: %b\r\n\r\n" % tag.encode()
        lines, _ = parted(await server.ask(request))
    assert lines[0].split()[1] == status


async def test_the_head_alone(served: FileEndpoint) -> None:
    async with serving(served.endpoint) as server:
        lines, body = parted(await server.ask(b"HEAD /file HTTP/1.1\r\nRange: bytes=5-9\r\n\r\n"))
    assert lines[0] == b"HTTP/1.1 206 Partial Content"
    assert b"Content-Length: 5" in lines
    assert body == b""
    assert served.opened[0].closed


async def test_the_connection_is_kept(served: FileEndpoint) -> None:
    async with serving(served.endpoint) as server:
        answer = await server.ask(b"GET /file HTTP/1.1\r\nRange: bytes=0-2\r\n\r\n" * 3)
    assert answer.count(b"HTTP/1.1 206") == 3
    assert answer.endswith(CONTENT[:3])


async def test_a_slow_client_is_waited_for_and_others_meanwhile_answered(served: FileEndpoint) -> None:
    async with serving(served.endpoint) as server:
        reader, writer = await narrow(server.listener.port)
        writer.write(b"GET /file HTTP/1.1\r\nConnection: close\r\n\r\n")
        await until(lambda: served.opened)
        _, body = parted(await server.ask(b"GET /file HTTP/1.1\r\nRange: bytes=0-9\r\n\r\n"))
        assert body == CONTENT[:10]
        _, body = parted(await reader.read())
        assert body == CONTENT
        writer.close()


async def test_a_client_that_takes_nothing_is_cut(served: FileEndpoint) -> None:
    async with serving(served.endpoint, limits=Limits(timeouts=ConnectionTimeouts(write_timeout_s=5))) as server:
        _, writer = await narrow(server.listener.port)
        writer.write(b"GET /file HTTP/1.1\r\n\r\n")
        await until(lambda: served.opened and served.opened[0].position > 0)
        for _ in range(20):
            await asyncio.sleep(0.001)
        for _ in range(20):
            server.advance(6)
            await asyncio.sleep(0)
        await until(lambda: len(server.registry) == 0)
        await until(lambda: served.opened[0].closed)
        writer.close()


async def test_a_client_that_leaves_in_the_middle(served: FileEndpoint) -> None:
    async with serving(served.endpoint) as server:
        _, writer = await narrow(server.listener.port)
        writer.write(b"GET /file HTTP/1.1\r\n\r\n")
        await until(lambda: served.opened and served.opened[0].position > 0)
        reset(writer)
        await until(lambda: served.opened[0].closed)
        await until(lambda: len(server.registry) == 0)


async def test_a_file_that_became_shorter_breaks_off(served: FileEndpoint) -> None:
    with served.path.open("r+b") as file:
        file.truncate(100_000)
    async with serving(served.endpoint) as server:
        reader, writer = await server.connect()
        writer.write(b"GET /file HTTP/1.1\r\n\r\n")
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(len(CONTENT))
        writer.close()
    assert served.opened[0].closed


async def test_a_disk_that_fails_breaks_off(tmp_path: Path) -> None:
    async def give(call: Call) -> Reply | FileReply:
        # reading a directory fails
        return FileReply(Reply(), WatchedFile(tmp_path), 0, len(CONTENT))

    async with serving(Endpoint("/file", Rank.GUEST, give, changes=never)) as server:
        reader, writer = await server.connect()
        writer.write(b"GET /file HTTP/1.1\r\n\r\n")
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(len(CONTENT))
        writer.close()


async def test_the_end_of_the_service_ends_a_download(served: FileEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.server.connection_registry.CLOSE_S", 0.01)
    async with serving(served.endpoint) as server:
        _, writer = await narrow(server.listener.port)
        writer.write(b"GET /file HTTP/1.1\r\n\r\n")
        await until(lambda: served.opened and served.opened[0].position > 0)
        await server.service.close()
        assert served.opened[0].closed
        writer.close()


async def narrow(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect with little room for what arrives."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=sock, limit=4096)
