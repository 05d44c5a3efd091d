"""A real server on loopback, with endpoints of the test and a clock controlled by the test."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from ipcamd.access.accounts import Account
from ipcamd.access.login_result import LoginRefusal, Reason
from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Endpoint
from ipcamd.cgi.endpoint_module import EndpointModule
from ipcamd.params.group import Rank
from ipcamd.server.admission import Admission
from ipcamd.server.connection_limits import Limits
from ipcamd.server.connection_registry import Registry
from ipcamd.server.http.checks.allowed_hosts import AllowedHosts
from ipcamd.server.http.checks.forwarded import TrustedProxies
from ipcamd.server.http.context import HttpContext
from ipcamd.server.http.http_service import HttpService
from ipcamd.server.http.router import Router
from ipcamd.server.http.streaming.fanout import Fanout
from ipcamd.server.listener import Listener
from ipcamd.server.request_queue import RequestQueue
from ipcamd.server.viewer_limit import ViewerLimit

HOSTS = ("127.0.0.1",)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Users:
    """``Authorization: <rank>`` logs in as that rank."""

    def verify(
        self, method: str, target: str, authorization: str | None, address: str, prefix: str = ""
    ) -> Account | LoginRefusal:
        word = authorization or "admin"
        if word == "nobody":
            return LoginRefusal(Reason.MISSING, "test", "n")
        return Account(word, Rank[word.upper()])


@dataclass
class Server:
    service: HttpService
    listener: Listener
    clock: Clock
    fanout: Fanout

    @property
    def registry(self) -> Registry:
        return self.service.context.registry

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.listener.port)

    async def ask(self, request: bytes) -> bytes:
        """Send `request`, close the sending side, return the whole response."""
        reader, writer = await self.connect()
        writer.write(request)
        writer.write_eof()
        async with asyncio.timeout(30):
            answer = await reader.read()
        writer.close()
        return answer

    def advance(self, seconds: float) -> None:
        self.clock.now += seconds
        self.registry.sweep()


@asynccontextmanager
async def serving(
    *endpoints: Endpoint | EndpointModule,
    limits: Limits | None = None,
    viewers: ViewerLimit | None = None,
    allows: Callable[[str], bool] = lambda _: True,
    proxies: TrustedProxies | None = None,
    https_port: int | None = None,
    requests: RequestQueue | None = None,
) -> AsyncIterator[Server]:
    clock = Clock()
    limits = limits or Limits()
    fanout = Fanout(limits.timeouts.stall_timeout_s, clock)
    registry = Registry(Admission(limits, allows, clock), clock)
    viewers = viewers or ViewerLimit(limits.viewers)
    router = Router(endpoints, Users(), AllowedHosts(), proxies, allows, lambda: https_port)
    context = HttpContext(router, cast(Camera, None), fanout, registry, viewers, requests=requests or RequestQueue())
    service = HttpService(context)
    server = Server(service, await service.open(HOSTS, 0), clock, fanout)
    try:
        yield server
    finally:
        await service.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close the connection with an RST."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def until(condition: Callable[[], object]) -> None:
    """Run the event loop until `condition` is true."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nothing in the server tells tests when it is done
            await asyncio.sleep(0)
