"""Numeric address: an IP address as the address of a socket, without a name server."""

import socket
from typing import cast

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
"""Address and port of a socket; for IPv6 also flow and zone."""


def numeric_address(address: str, port: int) -> tuple[socket.AddressFamily, SocketAddress]:
    """Return family and address of a socket, with the zone that `address` may name (``fe80::1%eth0``).

    Raises ``OSError`` if it is no IP address, or names no zone of this machine.
    """
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    family, _, _, _, found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=flags)[0]
    return family, cast(SocketAddress, found)
