"""TCP connection that sends by a `TcpWriter`: what connections of RTSP, of its tunnel and of WebRTC have in common."""

import asyncio
from typing import cast

from ipcamd.server.connection_registry import ManagedConnection, Registry
from ipcamd.server.listener import normalize_address
from ipcamd.server.rtp.tcp_viewer import TcpWriter
from ipcamd.server.tcp_transport import has_unread, limit_reads, release_transport, reset_transport


class TcpConnection(asyncio.Protocol, ManagedConnection):
    """Connection of one client. A subclass handles the received bytes, and has `sweep`."""

    __slots__ = ("_registry", "_transport", "address", "peer", "writer")

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._transport: asyncio.Transport
        self.writer: TcpWriter
        self.peer: tuple[str, int] | tuple[str, int, int, int]
        """The client's socket address."""
        self.address = ""
        """The client's IP address, IPv4-mapped IPv6 as IPv4."""

    # -- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start a connection."""
        self._transport = cast(asyncio.Transport, transport)
        limit_reads(transport)
        self.peer = transport.get_extra_info("peername") or ("", 0)
        self.address = normalize_address(self.peer[0])
        self.writer = TcpWriter(self._transport)
        self.writer.start()
        self._registry.enter(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Release the transport."""
        self.writer.detach()
        self._registry.leave(self)
        release_transport(self._transport)

    def pause_writing(self) -> None:
        """The write buffer is not empty."""
        self.writer.pause()

    def resume_writing(self) -> None:
        """The write buffer is empty."""
        self.writer.resume()

    # -- called by the registry

    @property
    def is_unheard(self) -> bool:
        """See `Resettable`."""
        return has_unread(self._transport)

    def close(self) -> None:
        """Close the connection after the write buffer has been sent."""
        self.writer.close()

    def reset(self) -> None:
        """Reset the connection."""
        self.writer.pause()
        reset_transport(self._transport)
