"""RTSP over HTTP: two connections to the HTTP port that are one to us (GET for what we send, POST for what we get)."""

import asyncio
from collections.abc import Callable
from typing import cast

from ipcamd.server.listener import plain_address
from ipcamd.server.registry import linger_not
from ipcamd.server.rtsp.connection import Connection
from ipcamd.server.rtsp.context import RtspContext
from ipcamd.wire.rtsp.tunnel import GREETING, Decoder

COOKIE_LIMIT = 128
"""Characters of the cookie by which a client's two connections belong together."""


class Tunnels:
    """The tunnels of one service, by the client's address and cookie."""

    def __init__(self, context: RtspContext) -> None:
        self._context = context
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
        outlet = self._outlets[key] = Outlet(self._context, lambda: self._outlets.pop(key, None))
        transport.set_protocol(outlet)
        outlet.connection_made(transport)
        outlet.writer.write(GREETING)


class Outlet(Connection):
    """The GET's connection: all that we send; its requests come from an `Inlet`."""

    __slots__ = ("_gone", "_inlet")

    def __init__(self, context: RtspContext, gone: Callable[[], object]) -> None:
        super().__init__(context)
        self._gone = gone
        self._inlet: asyncio.Transport | None = None

    def join(self, transport: asyncio.Transport, rest: bytes) -> None:
        """Take requests from this connection from now on; some clients make a new one for each."""
        if self._inlet:
            self._inlet.close()
        inlet = Inlet(self)
        transport.set_protocol(inlet)
        inlet.connection_made(transport)
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
    """A POST's connection. When it ends, the tunnel lives on; it lives as long as that."""

    __slots__ = ("_decoder", "_outlet", "_transport", "address")

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._decoder = Decoder()
        self._transport: asyncio.Transport
        self.address = ""
        """The client's IP address, IPv4-mapped IPv6 as IPv4."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection from HTTP."""
        self._transport = cast(asyncio.Transport, transport)
        self.address = plain_address((transport.get_extra_info("peername") or ("",))[0])
        self._outlet.context.registry.enter(self)
        self._outlet.context.registry.note_request(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it out."""
        self._outlet.context.registry.leave(self)

    def sweep(self, now: float) -> None:
        """Nothing: clients may be silent here for as long as they watch."""

    def close(self) -> None:
        """End the connection."""
        self._transport.close()

    def reset(self) -> None:
        """End the connection at once."""
        linger_not(self._transport.get_extra_info("socket"))
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take a piece of the body."""
        try:
            request = self._decoder.feed(data)
        except ValueError:
            self._outlet.writer.abort()
            return
        Connection.data_received(self._outlet, request)
