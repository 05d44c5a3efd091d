"""TCP connection of WebRTC: a path for clients that UDP cannot reach (RFC 6544, RFC 4571)."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import chain

from ipcamd.server.connection_registry import Registry
from ipcamd.server.rtp.tcp_connection import TcpConnection
from ipcamd.server.webrtc.network_path import FIRST_DTLS, PacketReceiver
from ipcamd.wire.webrtc.tcp_framing import PacketSplitter, frame_packets


class WebRtcTcpConnection(TcpConnection):
    """See `NetworkPath`. It is closed unless a connectivity check of a session arrives soon."""

    def __init__(self, registry: Registry, check: Callable[[bytes, "WebRtcTcpConnection"], None], tos: int) -> None:
        """`check` gets STUN messages; `tos` is the type of service of its packets."""
        super().__init__(registry)
        self.port = 0
        self.protocol = "tcp"
        self.is_paced = False
        self._check = check
        self._tos = tos
        self._splitter = PacketSplitter()
        self._receiver: PacketReceiver | None = None
        self._since_s = registry.now_s()

    # -- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start a connection."""
        super().connection_made(transport)
        self.port = self.peer[1]
        self.writer.mark(self._tos)

    def data_received(self, data: bytes) -> None:
        """Handle received bytes."""
        try:
            for packet in self._splitter.feed(data):
                self._receive(packet)
        except ValueError:
            self.reset()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the session that the path has ended."""
        super().connection_lost(error)
        if receiver := self._receiver:
            self._receiver = None
            receiver.lose(self)

    # -- called by the registry

    def sweep(self, now_s: float) -> None:
        """Close a connection that belongs to no session, or whose client reads nothing."""
        timeouts = self._registry.timeouts
        is_late = self._receiver is None and now_s - self._since_s > timeouts.head_timeout_s and not self.is_unheard
        if is_late or self.writer.stalled_s(now_s) > timeouts.stall_timeout_s:
            self.writer.abort()

    # -- called by the session

    @property
    def is_full(self) -> bool:
        """See `NetworkPath`."""
        return self.writer.is_full

    def send(self, packet: bytes) -> None:
        """See `NetworkPath`."""
        self.writer.try_write(frame_packets((packet,)))

    def send_runs(self, runs: Sequence[Sequence[bytes]]) -> bool:
        """See `NetworkPath`."""
        return self.writer.try_write(frame_packets(chain.from_iterable(runs)))

    def send_start(self, runs: Sequence[Sequence[bytes]]) -> None:
        """See `NetworkPath`."""
        self.writer.write_start(frame_packets(chain.from_iterable(runs)))

    def bind(self, receiver: PacketReceiver | None) -> None:
        """See `NetworkPath`; without a receiver the connection ends."""
        had, self._receiver = self._receiver, receiver
        if receiver:
            self._registry.note_request(self)
        elif had:
            self.writer.close()

    def _receive(self, packet: bytes) -> None:
        if packet and packet[0] < FIRST_DTLS:
            self._check(packet, self)
        elif packet and self._receiver:
            self._receiver.receive(packet, self)
