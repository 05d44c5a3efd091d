"""RTSP over HTTP: two connections to the HTTP port that are one to us (GET for what we send, POST for what we get)."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from ipcamd.server.rtsp.connection import Connection
from ipcamd.wire.tunnel import GREETING, Decoder

if TYPE_CHECKING:
    from ipcamd.server.rtsp.service import RtspService

COOKIE_LIMIT = 128
"""Characters of the cookie by which a client's two connections belong together."""


class Tunnels:
    """The tunnels of one service, by the client's address and cookie."""

    def __init__(self, service: "RtspService") -> None:
        self._service = service
        self._outlets: dict[tuple[str, str], Outlet] = {}

    def adopt(self, transport: asyncio.Transport, method: str, cookie: str, rest: bytes) -> bool:
        """Take a connection over from HTTP: one whose request has an ``x-sessioncookie`` field.

        `rest` is what came behind the request's head. Returns False if it is no part of a tunnel, and nothing was done.
        """
        peer = transport.get_extra_info("peername") or ("",)
        key = (str(peer[0]), cookie)
        outlet = self._outlets.get(key)
        if method == "POST" and outlet:
            outlet.join(transport, rest)
        elif method == "GET" and not outlet and 0 < len(cookie) <= COOKIE_LIMIT:
            self._open(key, transport)
        else:
            return False
        return True

    def _open(self, key: tuple[str, str], transport: asyncio.Transport) -> None:
        outlet = self._outlets[key] = Outlet(self._service, lambda: self._outlets.pop(key, None))
        transport.set_protocol(outlet)
        outlet.connection_made(transport)
        outlet.line.write(GREETING)


class Outlet(Connection):
    """The GET's connection: all that we send; its requests come from an `Inlet`."""

    __slots__ = ("_gone", "_inlet")

    def __init__(self, service: "RtspService", gone: Callable[[], object]) -> None:
        super().__init__(service)
        self._gone = gone
        self._inlet: asyncio.Transport | None = None

    def join(self, transport: asyncio.Transport, rest: bytes) -> None:
        """Take requests from this connection from now on; some clients make a new one for each."""
        if self._inlet:
            self._inlet.close()
        inlet = Inlet(self)
        transport.set_protocol(inlet)
        self._inlet = self.source = transport
        inlet.data_received(rest)

    def data_received(self, data: bytes) -> None:
        """Nothing is expected here."""

    def connection_lost(self, error: Exception | None) -> None:
        """See `Connection`."""
        if self._inlet:
            self._inlet.close()
        self._gone()
        super().connection_lost(error)


class Inlet(asyncio.Protocol):
    """A POST's connection. When it ends, the tunnel lives on."""

    __slots__ = ("_decoder", "_outlet")

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._decoder = Decoder()

    def data_received(self, data: bytes) -> None:
        """Take a piece of the body."""
        try:
            request = self._decoder.feed(data)
        except ValueError:
            self._outlet.line.abort()
            return
        Connection.data_received(self._outlet, request)
