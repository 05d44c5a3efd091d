"""HTTP service: listeners and close."""

from collections.abc import Callable, Iterator, Sequence

from ipcamd.access.accounts import Account
from ipcamd.connected_clients import ConnectedClient
from ipcamd.server.connection_limits import HTTP_REFUSAL
from ipcamd.server.http.context import HttpContext
from ipcamd.server.http.http_connection import HttpConnection
from ipcamd.server.listener import Listener
from ipcamd.server.pending_connection import PendingConnection, TlsContext


class HttpService:
    """Serves endpoints over HTTP until closed."""

    def __init__(self, context: HttpContext) -> None:
        self.context = context
        context.registry.on_sweep(self._sweep_viewers)

    async def open(self, hosts: Sequence[str], port: int, tls: TlsContext | None = None) -> Listener:
        """Listen on an additional port, with or without TLS; see `Registry.listen`."""
        return await self.context.registry.listen(lambda: HttpConnection(self.context), hosts, port, tls, HTTP_REFUSAL)

    async def close(self) -> None:
        """Stop listening and sending frames, let running actions finish for half a second, close all connections; see
        `Registry.close`."""
        self.context.fanout.close()
        await self.context.registry.close()

    def close_denied(self) -> None:
        """Reset connections, and streams behind a proxy, whose address is no longer allowed."""
        registry = self.context.registry
        registry.close_denied()
        for connection in registry:
            if isinstance(connection, HttpConnection) and not registry.admission.allows(connection.client):
                connection.reset()

    def expel(self, is_valid: Callable[[Account], bool]) -> None:
        """Reset the connections of viewers and talkers whose account is no longer valid."""
        for connection in self.context.registry:
            served = connection.served if isinstance(connection, HttpConnection) else None
            if served and not is_valid(served.account):
                connection.reset()

    def clients(self) -> Iterator[ConnectedClient]:
        """Yield the clients that receive a stream or a file, and those that talk (see `ClientService`)."""
        for connection in self.context.registry:
            if isinstance(connection, HttpConnection) and (client := connection.describe()):
                yield client

    def disconnect(self, number: int) -> bool:
        """Reset a client's connection; return whether there is one with this number."""
        registry = self.context.registry
        found = [each for each in registry if registry.admitted(each).number == number]
        for connection in found:
            connection.reset()
        return bool(found)

    def end_plain(self) -> None:
        """End the connections without TLS: streams at once, requests after their response."""
        for connection in self.context.registry:
            if isinstance(connection, HttpConnection | PendingConnection) and not connection.over_tls:
                connection.close()

    def _sweep_viewers(self, _: float) -> bool:
        self.context.fanout.disconnect_stalled()
        return False
