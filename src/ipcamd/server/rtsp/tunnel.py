"""RTSP tunnel over HTTP: a GET connection for sending and a POST connection for receiving form one RTSP connection."""

import asyncio
from collections.abc import Callable

from ipcamd.server.rtp.tcp_connection import TcpConnection
from ipcamd.server.rtsp.context import RtspContext
from ipcamd.server.rtsp.rtsp_connection import RtspConnection
from ipcamd.wire.rtsp.tunnel import GREETING, TunnelDecoder

COOKIE_LIMIT = 128
"""Maximum length of the session cookie."""


class TunnelTable:
    """Tunnels of one service, by the client's address and cookie."""

    def __init__(self, context: RtspContext) -> None:
        self._context = context
        self._gets: dict[tuple[str, str], TunnelGet] = {}

    def accept(self, transport: asyncio.Transport, method: str, cookie: str, rest: bytes) -> bool:
        """Take over an HTTP connection whose request has an ``x-sessioncookie`` field.

        `rest` are the bytes after the request's header. Returns False, and does nothing, if the connection belongs to
        no tunnel.
        """
        peer = transport.get_extra_info("peername") or ("",)
        key = (str(peer[0]), cookie)
        get = self._gets.get(key)
        if method == "POST" and get:
            get.join(transport, rest)
        elif method == "GET" and not get and 0 < len(cookie) <= COOKIE_LIMIT:
            self._open(key, transport)
        else:
            return False
        return True

    def _open(self, key: tuple[str, str], transport: asyncio.Transport) -> None:
        get = self._gets[key] = TunnelGet(self._context, lambda: self._gets.pop(key, None))
        transport.set_protocol(get)
        get.connection_made(transport)
        get.writer.write(GREETING)


class TunnelGet(RtspConnection):
    """GET connection: sends all data; its requests arrive on a `TunnelPost`."""

    __slots__ = ("_gone", "_post")

    def __init__(self, context: RtspContext, gone: Callable[[], object]) -> None:
        """`gone` is called when the connection is lost."""
        super().__init__(context)
        self._gone = gone
        self._post: asyncio.Transport | None = None

    @property
    def protocol(self) -> str:
        """See `SessionOwner`."""
        return "rtsp/http"

    def join(self, transport: asyncio.Transport, rest: bytes) -> None:
        """Receive requests from this connection from now on. Some clients open a new one for each request."""
        if self._post:
            self._post.close()
        post = TunnelPost(self)
        transport.set_protocol(post)
        post.connection_made(transport)
        self._post = self.source = transport
        post.data_received(rest)

    def data_received(self, data: bytes) -> None:
        """Ignore bytes: requests arrive on the POST connection."""

    def connection_lost(self, error: Exception | None) -> None:
        """See `RtspConnection`."""
        if self._post:
            self._post.close()
        self._gone()
        super().connection_lost(error)


class TunnelPost(TcpConnection):
    """POST connection. It closes with its GET connection; the tunnel survives it."""

    __slots__ = ("_decoder", "_get")

    def __init__(self, get: TunnelGet) -> None:
        super().__init__(get.context.registry)
        self._get = get
        self._decoder = TunnelDecoder()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the connection from HTTP."""
        super().connection_made(transport)
        self._registry.note_request(self)

    def sweep(self, now_s: float) -> None:
        """Do nothing: clients may be silent here while they watch."""

    def data_received(self, data: bytes) -> None:
        """Decode a piece of the body."""
        try:
            request = self._decoder.feed(data)
        except ValueError:
            self._get.writer.abort()
            return
        RtspConnection.data_received(self._get, request)
