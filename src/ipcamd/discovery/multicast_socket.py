"""Multicast sockets of one address: one that hears a group on its interface alone, and one that sends."""

import asyncio
import socket
import struct

from ipcamd.device.interface_state import OwnAddress

TTL = 1
"""Announcements stay in the local network."""
_IP_MULTICAST_ALL = 49  # linux/in.h; Python does not name it


def open_group_socket(own: OwnAddress, group: str, port: int) -> socket.socket:
    """Return a socket that receives what is sent to `group` on the interface of `own`. Raises ``OSError``."""
    sock = _open()
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # other programs listen on the port too
        sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)  # nothing from groups that others joined elsewhere
        sock.bind((group, port))
        member = struct.pack("=4s4si", socket.inet_aton(group), socket.inet_aton(own.address), _index(own))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    except OSError:
        sock.close()
        raise
    return sock


def open_sender(own: OwnAddress) -> socket.socket:
    """Return a socket that sends from `own`, and multicast on its interface. Raises ``OSError``."""
    sock = _open()
    try:
        member = struct.pack("=4s4si", bytes(4), socket.inet_aton(own.address), _index(own))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, member)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, TTL)
        sock.bind((own.address, 0))
    except OSError:
        sock.close()
        raise
    return sock


async def open_responder(
    own: OwnAddress, protocol: asyncio.DatagramProtocol, group: str, port: int
) -> tuple[socket.socket, asyncio.DatagramTransport]:
    """Return a socket that sends from `own`, and the transport by which `protocol` hears the group there.

    Raises ``OSError``; then no socket is left open.
    """
    sender = open_sender(own)
    try:
        heard = open_group_socket(own, group, port)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: protocol, sock=heard)
    except OSError:
        sender.close()
        raise
    return sender, transport


def _open() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)


def _index(own: OwnAddress) -> int:
    return socket.if_nametoindex(own.interface)
