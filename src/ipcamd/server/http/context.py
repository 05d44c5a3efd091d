"""HTTP context: the parts that connections of one service use."""

import asyncio
from collections.abc import Callable
from dataclasses import field

from ipcamd.access.accounts import Account
from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Call, Endpoint, Join
from ipcamd.connected_clients import ConnectedClient
from ipcamd.dataclass import dataclass
from ipcamd.server.connection_registry import ManagedConnection, Registry
from ipcamd.server.http.exchange import Exchange, ServedRequest
from ipcamd.server.http.router import Router
from ipcamd.server.http.streaming.fanout import PROTOCOL, Fanout
from ipcamd.server.http.streaming.http_viewer import Viewer
from ipcamd.server.listener import local_address
from ipcamd.server.request_queue import RequestQueue
from ipcamd.server.tcp_transport import sent_bytes
from ipcamd.server.viewer_limit import ViewerLimit, ViewerPlace

Tunnel = Callable[[asyncio.Transport, str, str, bytes], bool]
"""``tunnel(transport, method, cookie, rest)`` takes over a connection of RTSP over HTTP, and returns whether it
did. `cookie` is the ``x-sessioncookie`` field, `rest` the bytes after the request's header."""


@dataclass(slots=True)
class HttpContext:
    """Parts of one HTTP service."""

    router: Router
    camera: Camera
    fanout: Fanout
    registry: Registry
    viewers: ViewerLimit
    tunnel: Tunnel = lambda *_: False
    note_login: Callable[[Account, str], None] = lambda *_: None
    """Called with each request that reaches an endpoint: the account, and the camera's IP address that it was sent
    to."""
    requests: RequestQueue = field(default_factory=RequestQueue)
    _newest: ServedRequest | None = None

    def call(self, exchange: Exchange, transport: asyncio.Transport) -> tuple[Endpoint, Call]:
        """Return the endpoint of a request and its call. Raises what `Exchange.call` raises."""
        endpoint, call = exchange.call(self.camera, local_address(transport))
        self.note_login(call.account, call.arrived_at)
        return endpoint, call

    def share(self, served: ServedRequest | None) -> ServedRequest | None:
        """Return an equal object of the newest stream: most viewers request the same, so they share it."""
        if served != self._newest:
            self._newest = served
        return self._newest

    def describe(
        self, connection: ManagedConnection, served: ServedRequest, transport: asyncio.Transport, viewer: Viewer | None
    ) -> ConnectedClient:
        """Return the description of a client that receives or sends what `served` requested."""
        admitted = self.registry.admitted(connection)
        return ConnectedClient(
            number=admitted.number,
            account=served.account.name,
            address=served.address,
            protocol="https" if transport.get_extra_info("ssl_object") else "http",
            streams=self.fanout.streams_of(viewer) if viewer else (),
            path=served.path,
            page=served.page,
            since_s=admitted.since_s,
            sent_bytes=sent_bytes(transport),
        )

    def watch(
        self, join: Join, transport: asyncio.Transport, account: Account, address: str
    ) -> tuple[Viewer, ViewerPlace]:
        """Start sending streams to a connection; return its viewer and its viewer place.

        Raises ``HttpError`` 503 if the account has no place left, or the process no file descriptors.
        """
        place = self.viewers.take(account, address, PROTOCOL)
        try:
            return self.fanout.join(join, transport, address, account.name), place
        except Exception:
            self.viewers.release(place)
            raise
