"""Random bytes in random pieces: every response is one of the expected."""

import asyncio
import re
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.server.serving import Clock, Users

from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Body, Call, Endpoint, Reply, text
from ipcamd.params.group import Rank
from ipcamd.server.connection_registry import Registry
from ipcamd.server.http.context import HttpContext
from ipcamd.server.http.http_connection import HttpConnection
from ipcamd.server.http.router import Router
from ipcamd.server.http.streaming.fanout import Fanout
from ipcamd.server.viewer_limit import ViewerLimit

STATUSES = {100, 200, 400, 401, 403, 404, 405, 408, 413, 414, 431}
PIECES = st.sampled_from(
    [
        b"GET /q?a=1 HTTP/1.1\r\n\r\n", b"GET /q HTTP/1.0\n\n", b"POST /q HTTP/1.1\r\nContent-Length: 3\r\n\r\na=1",
        b"POST /q HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", b"POST /u HTTP/1.1\r\n\r\n",
        b"POST /q HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n", b"HEAD /q HTTP/1.1\r\n",
        b"GET /admin?set=1 HTTP/1.1\r\nAuthorization: guest\r\n\r\n", b"Authorization: nobody\r\n",
        b"Content-Length: 70000\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n",
        b"Content-Type: multipart/form-data; boundary=x\r\n", b'--x\r\nContent-Disposition: form-data; name="a"\r\n',
        b"\r\n", b"\n", b"\r", b" ", b":", b"x", b"%00", b"%ff", b"%2e%2e/", b"?", b"&", b"5\r\n", b"\x00",
        b"GET ", b"/q", b" HTTP/1.1\r\n", b"Host: a\r\n", b"Connection: close\r\n", b"x" * 9000, b"0\r\n\r\n",
    ]
)  # fmt: skip


class Pipe:
    """Stands for the transport."""

    def __init__(self) -> None:
        self.sent = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.sent += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def get_extra_info(self, name: str) -> object:
        return ("203.0.113.7", 5) if name == "peername" else None

    def can_write_eof(self) -> bool:
        return True

    def set_write_buffer_limits(self, high: int, low: int) -> None: ...

    def write_eof(self) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0


async def swallow(call: Call) -> Reply:
    async for _ in call.body:
        pass
    return text("OK")


def admin(call: Call) -> Reply:
    assert call.account.rank is Rank.ADMIN
    return text("OK")


ENDPOINTS = (
    Endpoint("/q", Rank.GUEST, lambda call: text(repr(call.query.pairs))),
    Endpoint("/admin", Rank.ADMIN, admin),
    Endpoint("/u", Rank.GUEST, swallow, body=Body.STREAM),
)


def statuses(sent: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"^HTTP/1\.1 (\d+) ", sent, re.MULTILINE)]


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(PIECES | st.binary(max_size=6), max_size=25).map(b"".join), st.integers(1, 4000))
def test_any_bytes(sent: bytes, step: int) -> None:
    asyncio.run(converse(sent, step))


async def converse(sent: bytes, step: int) -> None:
    registry = Registry(now_s=Clock())
    context = HttpContext(Router(ENDPOINTS, Users()), cast(Camera, None), Fanout(), registry, ViewerLimit(0))
    pipe, connection = Pipe(), HttpConnection(context)
    connection.connection_made(cast(asyncio.Transport, pipe))
    for at in range(0, len(sent), step):
        if not pipe.closed:
            connection.data_received(sent[at : at + step])
            await asyncio.sleep(0)
    if not pipe.closed:
        connection.eof_received()
    connection.connection_lost(None)
    await registry.close()
    assert set(statuses(pipe.sent)) <= STATUSES
