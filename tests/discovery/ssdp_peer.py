"""SSDP client on a neighbour, in plain sockets: it searches, and receives all announcements."""

import contextlib
import select
import socket
import struct
import time
from collections.abc import Iterator

from tests.e2e.camera import PATIENCE
from tests.networks import Neighbour

GROUP = ("239.255.255.250", 1900)
LINK_GROUP, SITE_GROUP, GLOBAL_GROUP = ("ff02::c", 1900), ("ff05::c", 1900), ("ff0e::c", 1900)


def search(target: str = "ssdp:all", mx: object = 0, man: str = '"ssdp:discover"') -> bytes:
    fields = f"HOST: 239.255.255.250:1900\r\nMAN: {man}\r\nST: {target}\r\n" + (f"MX: {mx}\r\n" if mx != "" else "")
    return f"M-SEARCH * HTTP/1.1\r\n{fields}\r\n".encode()


@contextlib.contextmanager
def searcher(host: Neighbour, source: str = "") -> Iterator[socket.socket]:
    """Give a socket that sends to the group from an address of the host."""
    with host.socket(family=socket.AF_INET6 if ":" in source else socket.AF_INET) as sock:
        if ":" in source:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index_of(host))
            sock.bind((source, 0, 0, index_of(host)))
        else:
            member = socket.inet_aton(source or host.address)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, member)
            sock.bind((source or host.address, 0))
        yield sock


def index_of(host: Neighbour) -> int:
    """Return the number of the host's interface."""
    with host.inside():
        return socket.if_nametoindex(host.interface)


@contextlib.contextmanager
def listener6(host: Neighbour, group: tuple[str, int]) -> Iterator[socket.socket]:
    """Give a socket that receives an IPv6 group on the host's link."""
    with host.socket(family=socket.AF_INET6) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((*group, 0, index_of(host)))
        member = struct.pack("=16si", socket.inet_pton(socket.AF_INET6, group[0]), index_of(host))
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        yield sock


@contextlib.contextmanager
def listener(host: Neighbour) -> Iterator[socket.socket]:
    """Give a socket that receives the group on the host's link."""
    with host.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", 1900))
        member = struct.pack("4s4s", socket.inet_aton(GROUP[0]), socket.inet_aton(host.address))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        yield sock


def answers(sock: socket.socket, count: int) -> list[dict[str, str]]:
    return [fields_of(sock.recv(2048)) for _ in range(count)]


def pending(sock: socket.socket) -> bool:
    return bool(select.select([sock], [], [], 0)[0])


def is_found(host: Neighbour) -> bool:
    """Search once; return whether a response arrives soon."""
    with searcher(host) as sock:
        sock.sendto(search("upnp:rootdevice"), GROUP)
        return bool(select.select([sock], [], [], 1)[0])


def receive_announcement(sock: socket.socket, **wanted: str) -> dict[str, str]:
    """Return the first announcement with these fields."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        fields = fields_of(sock.recv(2048))
        if all(fields.get(name) == value for name, value in wanted.items()):
            return fields
    raise AssertionError(f"{wanted} was not announced")


def fields_of(data: bytes) -> dict[str, str]:
    lines = [line.partition(":") for line in data.decode().split("\r\n")[1:]]
    return {name.lower(): value.strip() for name, _, value in lines if name}
