"""UDP ports of WebRTC: one socket for each listen address, shared by all clients."""

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address

from ipcamd.server.listener import normalize_address
from ipcamd.server.qos import set_tos
from ipcamd.server.rtp.udp_viewer import NO_SEGMENTS, READ_BATCH, Address, ask_segments, refuses_segments
from ipcamd.server.webrtc.network_path import FIRST_DTLS, PacketReceiver
from ipcamd.server.webrtc.stream_table import PACKET_BYTES
from ipcamd.wire.webrtc import stun

Control = list[tuple[int, int, bytes]]
"""Control messages: the destination address of a datagram, which the answer must use as its source."""

_IP_PKTINFO = 8
_IN_PKTINFO, _IN6_PKTINFO = struct.Struct("=i4s4s"), struct.Struct("=16si")
_BUFFER_BYTES = 4 << 20
_CONTROL_BYTES = socket.CMSG_SPACE(_IN6_PKTINFO.size)


class WebRtcUdpPort:
    """A UDP socket. It answers only senders with the password of a session."""

    def __init__(self, sock: socket.socket, check: Callable[[bytes, "UdpPath"], None]) -> None:
        """`check` gets STUN messages, from known and unknown addresses."""
        self.sock = sock
        self._check = check
        self._bound: dict[tuple[Address, bytes], tuple[PacketReceiver, UdpPath]] = {}
        """Receivers by the client's address and the control message."""
        sock.setblocking(False)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
        if ip_address(sock.getsockname()[0]).is_unspecified:
            _ask_arrival(sock)
        self.segments = ask_segments(sock, PACKET_BYTES)
        """Whether the kernel segments a run of packets."""
        asyncio.get_running_loop().add_reader(sock, self._read)

    def bind(self, path: "UdpPath", receiver: PacketReceiver | None) -> None:
        """Pass datagrams of a path to a receiver, or drop them."""
        self._bound.pop(path.key, None)
        if receiver:
            self._bound[path.key] = receiver, path

    def mark(self, tos: int) -> None:
        """Set the type of service of all packets (Network.Advanced.QoS)."""
        set_tos(self.sock, tos)

    def close(self) -> None:
        """Close the socket; its paths end."""
        if self.sock.fileno() < 0:
            return
        bound, self._bound = self._bound, {}
        for receiver, path in bound.values():
            receiver.lose(path)
        asyncio.get_running_loop().remove_reader(self.sock)
        self.sock.close()

    def _read(self) -> None:
        for _ in range(READ_BATCH):
            try:
                data, control, _, address = self.sock.recvmsg(stun.MOST_BYTES, _CONTROL_BYTES)
            except OSError:  # no more datagrams, or an ICMP error of an earlier one
                return
            arrival = control[0][2] if control else b""
            receiver, path = self._bound.get((address, arrival), (None, None))
            if not data:
                continue
            if data[0] < FIRST_DTLS:
                self._check(data, path or UdpPath(self, address, arrival))
            elif receiver and path:
                receiver.receive(data, path)
            if self.sock.fileno() < 0:
                return  # closed by a received packet


class UdpPath:
    """See `NetworkPath`."""

    __slots__ = ("_control", "_port", "_single", "_to", "address", "is_paced", "key", "port", "protocol")

    def __init__(self, port: WebRtcUdpPort, to: Address, arrival: bytes) -> None:
        """`arrival` is the content of the control message of the client's datagrams; empty on a socket with one
        address."""
        self.key = to, arrival
        self.address = normalize_address(to[0])
        self.port = to[1]
        self.protocol = "udp"
        self.is_paced = True
        self._port = port
        self._to = to
        self._control = _departure(arrival)
        self._single = not port.segments

    @property
    def is_full(self) -> bool:
        """See `NetworkPath`: packets that the socket cannot accept are dropped."""
        return False

    def send(self, packet: bytes) -> None:
        """See `NetworkPath`."""
        with suppress(OSError):  # the client requests it again
            self._port.sock.sendmsg((packet,), self._control, 0, self._to)

    def send_runs(self, runs: Sequence[Sequence[bytes]]) -> bool:
        """See `NetworkPath`."""
        if self._single:
            return self._send_singly(runs)
        sendmsg, control, to = self._port.sock.sendmsg, self._control, self._to
        try:
            for run in runs:
                sendmsg(run, control, 0, to)
        except OSError as error:
            self._single = refuses_segments(error)
            return self._single and self._send_singly(runs)
        return True

    def send_start(self, runs: Sequence[Sequence[bytes]]) -> None:
        """See `NetworkPath`."""
        self.send_runs(runs)

    def bind(self, receiver: PacketReceiver | None) -> None:
        """See `NetworkPath`."""
        self._port.bind(self, receiver)

    def _send_singly(self, runs: Sequence[Sequence[bytes]]) -> bool:
        control = [*self._control, NO_SEGMENTS] if self._port.segments else self._control
        try:
            for run in runs:
                for packet in run:
                    self._port.sock.sendmsg((packet,), control, 0, self._to)
        except OSError:
            return False
        return True


def _ask_arrival(sock: socket.socket) -> None:
    """Request the destination address of each datagram from the kernel."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)


def _departure(arrival: bytes) -> Control:
    """Return the control message that sends from the destination address of a datagram, on any interface."""
    if len(arrival) == _IN_PKTINFO.size:
        _, local, _ = _IN_PKTINFO.unpack(arrival)
        return [(socket.IPPROTO_IP, _IP_PKTINFO, _IN_PKTINFO.pack(0, local, bytes(4)))]
    if len(arrival) == _IN6_PKTINFO.size:
        local, _ = _IN6_PKTINFO.unpack(arrival)
        return [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, _IN6_PKTINFO.pack(local, 0))]
    return []
