"""Clients of a server on loopback: silent, idle and busy ones."""

import asyncio
import socket
import ssl

from tests.server.certificate import trusting
from tests.server.serving import Server, until

from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.params.group import Rank
from ipcamd.server.http.http_connection import HttpConnection


async def hang(call: Call) -> Reply:
    await asyncio.Event().wait()
    return text("never")


QUICK = Endpoint("/quick", Rank.GUEST, lambda call: text("OK"))
HANG = Endpoint("/hang", Rank.GUEST, hang, for_caller=True)
GET = b"GET /quick HTTP/1.1\r\nConnection: close\r\n\r\n"


async def silent(port: int, data: bytes = b"", address: str = "127.0.0.1") -> socket.socket:
    """Connect from this address, send `data`, and nothing else."""
    sock = socket.socket()
    sock.setblocking(False)
    sock.bind((address, 0))
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    if data:
        sock.send(data)
    return sock


async def ended(sock: socket.socket) -> bool:
    """Wait until the server has closed the connection."""
    with sock:
        try:
            while await asyncio.get_running_loop().sock_recv(sock, 65536):
                pass
        except ConnectionError:
            pass
    return True


async def ask_over_tls(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting())
    writer.write(GET)
    try:
        return await reader.read()
    finally:
        writer.close()


KEEP = b"GET /quick HTTP/1.1\r\n\r\n"


async def talkative(port: int, tls: ssl.SSLContext | None = None) -> asyncio.StreamWriter:
    """Connect, get an answer, and stay."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    writer.write(KEEP)
    assert b" 200 " in await reader.readline()
    return writer


async def busy(server: Server, port: int, tls: ssl.SSLContext | None = None) -> asyncio.StreamWriter:
    """Connect, and keep the server at work."""
    already = served(server)
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    writer.write(b"GET /hang HTTP/1.1\r\n\r\n")
    await until(lambda: served(server) > already)
    return writer


def served(server: Server) -> int:
    return sum(isinstance(c, HttpConnection) and c._task is not None for c in server.registry)
