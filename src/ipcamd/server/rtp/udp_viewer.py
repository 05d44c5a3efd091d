"""UDP sockets and viewers: one pair of sockets for RTP and RTCP, shared by all clients of one local address."""

import asyncio
import errno
import secrets
import socket
import struct
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Self

from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.qos import set_tos
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.rtp.paced_viewer import BURST, PAUSE_S, PacedViewer
from ipcamd.wire.rtp.rtp import FULL

Address = tuple[str, int] | tuple[str, int, int, int]
"""Socket address as in the ``socket`` module, IPv4 or IPv6."""

READ_BATCH = 64
"""Datagrams read at a time before other events are handled."""
_UDP_SEGMENT = 103
NO_SEGMENTS = (socket.IPPROTO_UDP, _UDP_SEGMENT, struct.pack("=H", 0))
"""Control message of a packet that the kernel must not segment."""
_SEND_BUFFER = 4 << 20
LOWEST_RTP_PORT = 16384
"""Lowest UDP port of the camera for RTP."""
_HIGHEST_PORT = 65534
_TRIES = 64


def ask_segments(sock: socket.socket, size_bytes: int) -> bool:
    """Request that the kernel segments runs of packets of this size (UDP_SEGMENT); return whether it does."""
    try:
        sock.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, size_bytes)
    except OSError:
        return False
    return True


def refuses_segments(error: OSError) -> bool:
    """Return whether a route has a smaller MTU or no segmentation: the kernel then fragments each packet."""
    return error.errno in (errno.EMSGSIZE, errno.EINVAL, errno.EIO)


class UdpPortPair:
    """Pair of UDP sockets on one local address: RTP on an even port, RTCP on the next."""

    def __init__(self, local: str, tos: int, ttl: int = 0) -> None:
        """`ttl` is for multicast, sent over the interface of `local`.

        `tos` is the IPv4 type of service or IPv6 traffic class: the DSCP in its upper six bits. Raises ``OSError``.
        """
        self.local = local
        self.users = 0
        self.rtp, self.rtcp = _bind_pair(local)
        self.port: int = self.rtp.getsockname()[1]
        self.mark(tos)
        self._listening: dict[tuple[socket.socket, str, int], Callable[[bytes], None]] = {}
        if ttl:
            self.set_multicast(ttl)
        self.segments = ask_segments(self.rtp, FULL)
        """Whether the kernel segments a run of packets."""
        for sock in (self.rtp, self.rtcp):
            asyncio.get_running_loop().add_reader(sock, self._read, sock)

    def set_multicast(self, ttl: int) -> None:
        """Send to multicast groups across at most `ttl` routers, over the interface of `local`, an IPv4 address."""
        for sock in (self.rtp, self.rtcp):
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(self.local))

    def mark(self, tos: int) -> None:
        """Set the type of service of all packets (Network.Advanced.QoS)."""
        set_tos(self.rtp, tos)
        set_tos(self.rtcp, tos)

    def listen(self, sock: socket.socket, address: Address, receive: Callable[[bytes], None]) -> None:
        """Pass datagrams from `address` to `receive`."""
        self._listening[sock, address[0], address[1]] = receive

    def stop_listening(self, sock: socket.socket, address: Address, receive: Callable[[bytes], None]) -> None:
        """Ignore datagrams from `address` again."""
        key = sock, address[0], address[1]
        if self._listening.get(key) == receive:
            del self._listening[key]

    def close(self) -> None:
        """Close both sockets."""
        for sock in (self.rtp, self.rtcp):
            asyncio.get_running_loop().remove_reader(sock)
            sock.close()

    def _read(self, sock: socket.socket) -> None:
        for _ in range(READ_BATCH):
            try:
                data, address = sock.recvfrom(2048)
            except OSError:  # no more datagrams, or an ICMP error of an earlier packet
                return
            receive = self._listening.get((sock, address[0], address[1]))
            if receive is not None:
                receive(data)


def _bind_pair(local: str) -> tuple[socket.socket, socket.socket]:
    family = socket.AF_INET6 if ":" in local else socket.AF_INET
    for left in reversed(range(_TRIES)):
        port = LOWEST_RTP_PORT + 2 * secrets.randbelow((_HIGHEST_PORT - LOWEST_RTP_PORT) // 2)
        pair: list[socket.socket] = []
        try:
            for number in (port, port + 1):
                pair.append(sock := socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
                sock.bind(socket.getaddrinfo(local, number, family, socket.SOCK_DGRAM)[0][4])
            return pair[0], pair[1]
        except OSError as error:
            for sock in pair:
                sock.close()
            if not left or error.errno != errno.EADDRINUSE:
                raise
    raise AssertionError  # the last round returns or raises


class UdpPortPool:
    """Port pairs in use: one for each local address and media type, because each type has its own DSCP."""

    def __init__(self) -> None:
        self._ports: dict[tuple[str, str], UdpPortPair] = {}
        self._tos: dict[str, int] = {}

    def acquire(self, local: str, media: str) -> UdpPortPair:
        """Return the port pair for `media` (``video``, ``audio``) on `local`; release it after use.

        Raises ``OSError``.
        """
        ports = self._ports.get((local, media))
        if ports is None:
            ports = self._ports[local, media] = UdpPortPair(local, self._tos.get(media, 0))
        ports.users += 1
        return ports

    def release(self, ports: UdpPortPair) -> None:
        """Close the pair if it has no other users."""
        ports.users -= 1
        if not ports.users:
            self._ports = {key: each for key, each in self._ports.items() if each is not ports}
            ports.close()

    def mark(self, media: str, tos: int) -> None:
        """Set the type of service of all packets of `media`, now and later."""
        self._tos[media] = tos
        for (_, kind), ports in self._ports.items():
            if kind == media:
                ports.mark(tos)


class UdpViewer(PacedViewer):
    """Viewer, or multicast group, that receives a stream over UDP."""

    __slots__ = ("_addresses", "_burst_bytes", "_ports", "_single", "address")

    def __init__(self, identity: ViewerIdentity, ports: UdpPortPair, addresses: tuple[Address, Address]) -> None:
        """`addresses` are the addresses of RTP and RTCP."""
        super().__init__(identity)
        self._ports = ports
        self._addresses = addresses
        self._single = not ports.segments
        self.address: Address | None = None
        """Destination of runs of packets; None while the viewer is behind."""
        self._burst_bytes = 0
        """Bytes that `deliver` has sent since its last pause."""

    def report(self, packet: bytes) -> None:
        """See `RtpViewer`."""
        with suppress(OSError):  # the next report follows in seconds
            self._ports.rtcp.sendto(packet, self._addresses[1])

    @property
    def batch_key(self) -> UdpPortPair:
        """See `RtpViewer`: the local ports."""
        return self._ports

    @classmethod
    def send_batch(cls, batch_key: UdpPortPair, viewers: Collection[Self], frame: RtpFrame) -> int:
        """See `RtpViewer`."""
        runs, sendto, size, behind = frame.runs, batch_key.rtp.sendto, frame.size_bytes, 0
        for viewer in viewers:
            address = viewer.address
            if address is None:
                behind += 1
                viewer.offer(frame)
                continue
            try:
                for run in runs:
                    sendto(run, address)
            except OSError as error:
                behind += 1
                viewer._fail(error)
                viewer.offer(frame)
            else:
                viewer._bytes_sent += size
        return behind

    def offer(self, frame: RtpFrame) -> None:
        """See `RtpViewer`."""
        super().offer(frame)
        steady = not (self.skipping or self._queue or self._single)
        self.address = self._addresses[0] if steady else None

    def _forget(self) -> None:
        self.address = None
        super()._forget()

    async def deliver(self, frame: RtpFrame) -> None:
        """Send a frame with packets of any size, at a pace that a receiver's buffer can hold."""
        if not self._deliver_singly(frame):
            await asyncio.sleep(PAUSE_S)
            self._deliver_singly(frame)  # lost packets are not repeated
        self._bytes_sent += frame.size_bytes
        self._burst_bytes += frame.size_bytes
        if self._burst_bytes >= BURST:
            self._burst_bytes = 0
            await asyncio.sleep(PAUSE_S)

    def _deliver(self, frame: RtpFrame) -> bool:
        if self._single:
            return self._deliver_singly(frame)
        sendto, address = self._ports.rtp.sendto, self._addresses[0]
        try:
            for run in frame.runs:
                sendto(run, address)
        except OSError as error:
            self._fail(error)
            return self._single and self._deliver_singly(frame)
        return True

    def _fail(self, error: OSError) -> None:
        self.address = None
        self._single |= refuses_segments(error)

    def _deliver_singly(self, frame: RtpFrame) -> bool:
        control = [NO_SEGMENTS] if self._ports.segments else []
        try:
            for packet in frame.packets:
                self._ports.rtp.sendmsg((packet,), control, 0, self._addresses[0])
        except OSError:
            return False
        return True
