"""Multicast sockets of one address: a receiver of a group on one interface, and a sender."""

import asyncio
import socket
import struct

from ipcamd.device.interface_state import OwnAddress

HOPS = 1
"""Announcements stay in the local network (TTL, hop limit)."""
_IP_MULTICAST_ALL, _IPV6_MULTICAST_ALL = 49, 29  # linux/in.h, linux/in6.h; Python does not name them


def open_group_socket(own: OwnAddress, group: str, port: int) -> socket.socket:
    """Return a socket that receives datagrams to `group` on the interface of `own`. Raises ``OSError``."""
    sock = _open(own)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # other programs use the port, too
        # no datagrams of groups that other programs have joined
        if own.is_ipv6:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MULTICAST_ALL, 0)
            sock.bind((group, port, 0, _index(own)))
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, _member6(own, group))
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
            sock.bind((group, port))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, _member4(own, group))
    except OSError:
        sock.close()
        raise
    return sock


def open_sender(own: OwnAddress) -> socket.socket:
    """Return a socket that sends from `own`, and multicast on its interface. Raises ``OSError``."""
    sock = _open(own)
    try:
        if own.is_ipv6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, _index(own))
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, HOPS)
            sock.bind((own.address, 0, 0, _index(own)))
        else:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _member4(own, "0.0.0.0"))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, HOPS)
            sock.bind((own.address, 0))
    except OSError:
        sock.close()
        raise
    return sock


async def open_responder(
    own: OwnAddress, protocol: asyncio.DatagramProtocol, group: str, port: int
) -> tuple[socket.socket, asyncio.DatagramTransport]:
    """Return a socket that sends from `own`, and the transport through which `protocol` receives the group. Raises
    ``OSError``; then no socket remains open."""
    sender = open_sender(own)
    try:
        heard = open_group_socket(own, group, port)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: protocol, sock=heard)
    except OSError:
        sender.close()
        raise
    return sender, transport


def _open(own: OwnAddress) -> socket.socket:
    family = socket.AF_INET6 if own.is_ipv6 else socket.AF_INET
    return socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)


def _member4(own: OwnAddress, group: str) -> bytes:
    return struct.pack("=4s4si", socket.inet_aton(group), socket.inet_aton(own.address), _index(own))


def _member6(own: OwnAddress, group: str) -> bytes:
    return struct.pack("=16si", socket.inet_pton(socket.AF_INET6, group), _index(own))


def _index(own: OwnAddress) -> int:
    return socket.if_nametoindex(own.interface)
