"""TCP connection of WebRTC: a path for clients that UDP cannot reach (RFC 6544, RFC 4571)."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import chain
from typing import cast

from ipcamd.server.connection_registry import ManagedConnection, Registry
from ipcamd.server.listener import normalize_address
from ipcamd.server.rtp.tcp_viewer import TcpWriter
from ipcamd.server.tcp_transport import has_unread, limit_reads, release_transport, reset_transport
from ipcamd.server.webrtc.network_path import PacketReceiver
from ipcamd.wire.webrtc.tcp_framing import PacketSplitter, frame_packets

_FIRST_DTLS = 20


class WebRtcTcpConnection(asyncio.Protocol, ManagedConnection):
    """See `NetworkPath`. It is closed unless a connectivity check of a session arrives soon."""

    def __init__(self, registry: Registry, check: Callable[[bytes, "WebRtcTcpConnection"], None], tos: int) -> None:
        """`check` gets STUN messages; `tos` is the type of service of its packets."""
        self.address = ""
        self.port = 0
        self.protocol = "tcp"
        self.is_paced = False
        self._registry = registry
        self._check = check
        self._tos = tos
        self._splitter = PacketSplitter()
        self._receiver: PacketReceiver | None = None
        self._transport: asyncio.Transport
        self._writer: TcpWriter
        self._since_s = registry.now_s()

    # -- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start a connection."""
        self._transport = cast(asyncio.Transport, transport)
        limit_reads(transport)
        peer = transport.get_extra_info("peername") or ("", 0)
        self.address, self.port = normalize_address(peer[0]), peer[1]
        self._writer = TcpWriter(self._transport)
        self._writer.start()
        self.mark(self._tos)
        self._registry.enter(self)

    def data_received(self, data: bytes) -> None:
        """Handle received bytes."""
        try:
            for packet in self._splitter.feed(data):
                self._receive(packet)
        except ValueError:
            self.reset()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the session that the path has ended."""
        self._writer.detach()
        self._registry.leave(self)
        release_transport(self._transport)
        if receiver := self._receiver:
            self._receiver = None
            receiver.lose(self)

    def pause_writing(self) -> None:
        """The write buffer is not empty."""
        self._writer.pause()

    def resume_writing(self) -> None:
        """The write buffer is empty."""
        self._writer.resume()

    # -- called by the registry

    @property
    def is_unheard(self) -> bool:
        """See `Resettable`."""
        return has_unread(self._transport)

    def sweep(self, now_s: float) -> None:
        """Close a connection that belongs to no session, or whose client reads nothing."""
        timeouts = self._registry.timeouts
        is_late = self._receiver is None and now_s - self._since_s > timeouts.head_timeout_s and not self.is_unheard
        if is_late or self._writer.stalled_s(now_s) > timeouts.stall_timeout_s:
            self._writer.abort()

    def close(self) -> None:
        """Close after sending the pending bytes."""
        self._writer.close()

    def reset(self) -> None:
        """Reset the connection."""
        self._writer.pause()
        reset_transport(self._transport)

    # -- called by the session

    @property
    def is_full(self) -> bool:
        """See `NetworkPath`."""
        return self._writer.is_full

    def send(self, packet: bytes) -> None:
        """See `NetworkPath`."""
        self._writer.try_write(frame_packets((packet,)))

    def send_runs(self, runs: Sequence[Sequence[bytes]]) -> bool:
        """See `NetworkPath`."""
        return self._writer.try_write(frame_packets(chain.from_iterable(runs)))

    def send_start(self, runs: Sequence[Sequence[bytes]]) -> None:
        """See `NetworkPath`."""
        self._writer.write_start(frame_packets(chain.from_iterable(runs)))

    def bind(self, receiver: PacketReceiver | None) -> None:
        """See `NetworkPath`; without a receiver the connection ends."""
        had, self._receiver = self._receiver, receiver
        if receiver:
            self._registry.note_request(self)
        elif had:
            self._writer.close()

    def mark(self, tos: int) -> None:
        """Set the type of service of its packets (Network.Advanced.QoS)."""
        self._writer.mark(tos)

    def _receive(self, packet: bytes) -> None:
        if packet and packet[0] < _FIRST_DTLS:
            self._check(packet, self)
        elif packet and self._receiver:
            self._receiver.receive(packet, self)
