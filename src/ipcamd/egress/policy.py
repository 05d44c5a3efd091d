"""Egress policy: the addresses that the camera may connect to by itself (notify, FTP, mail, Samba, NTP, sources).

A guard against server-side request forgery: an account that may set a target must not reach through the camera what
only the camera can reach, such as services of its own machine, link-local addresses and the camera's own ports.
"""

import asyncio
import socket
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address

from ipcamd.dataclass import dataclass
from ipcamd.errors import RequestFailed
from ipcamd.workers.thread import run_in_thread

RESOLVE_TIMEOUT_S = 10.0
"""For an answer of the name server."""
CONNECT_TIMEOUT_S = 2.0
"""For each of a host's addresses to accept a connection; the last one is not tried."""


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """The rule, and the resolution of names: the address that was judged is the one to connect to."""

    allow_local: bool = False
    """Loopback and link-local addresses are allowed (tests, laboratories)."""
    own_ports: Callable[[], Container[int]] = tuple
    """Returns the TCP ports of the camera itself, which it never calls."""
    own_udp_ports: Callable[[], Container[int]] = tuple
    """Returns its UDP ports, to which it never sends."""

    async def resolve(self, host: str, port: int) -> str:
        """Return an IP address of `host` that may be called; of several, the first that takes a connection.

        Raises ``RequestFailed`` if none may be called, and ``OSError`` if there is none.
        """
        return await _first_open(await self.resolve_all(host, port), port)

    async def resolve_all(self, host: str, port: int, is_udp: bool = False) -> list[str]:
        """Return all IP addresses of `host` that may be called, at least one. Raises what `resolve` raises."""
        try:
            async with asyncio.timeout(RESOLVE_TIMEOUT_S):
                found = await run_in_thread(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), "resolve")
        except TimeoutError as error:
            raise OSError(f"{host}: no answer from the name server within {RESOLVE_TIMEOUT_S:g} s") from error
        return self._allowed(host, port, found, is_udp)

    def connect(self, host: str, port: int, timeout_s: float) -> socket.socket:
        """Return a connection to the first address of `host` that may be called and takes it. Blocks.

        Raises ``RequestFailed`` if none may be called, and ``OSError``.
        """
        failure = OSError()
        for address in self._allowed(host, port, socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)):
            try:
                return socket.create_connection((address, port), timeout_s)
            except OSError as error:
                failure = error
        raise failure

    def may_be(self, host: str, port: int = 0) -> bool:
        """Whether `host` can be allowed at all: a name, which is judged when it is resolved, or an allowed address."""
        try:
            return self.allows(host, port)
        except ValueError:
            return self.allow_local or host.lower().rstrip(".") != "localhost"

    def check(self, address: str, port: int) -> None:
        """Raise ``RequestFailed`` unless this IP address may be called."""
        if not self.allows(address, port):
            raise RequestFailed(self._refusal(address, address, port))

    def allows(self, address: str, port: int = 0, is_udp: bool = False) -> bool:
        """Whether an IP address may be called, on this port; 0: on any that is not the camera's own."""
        ip = ip_address(address.partition("%")[0])
        if isinstance(ip, IPv6Address):
            ip = ip.ipv4_mapped or ip
        if ip.is_multicast or ip.is_unspecified or _is_nowhere(ip):
            return False
        own_ports = self.own_udp_ports() if is_udp else self.own_ports()
        if port in own_ports and is_own_address(address):
            return False
        return self.allow_local or not (ip.is_loopback or ip.is_link_local)

    def _allowed(self, host: str, port: int, found: Iterable[tuple[object, ...]], is_udp: bool = False) -> list[str]:
        """Return the addresses of `found`, the answer of ``getaddrinfo``, that may be called; at least one."""
        addresses = [str(entry[4][0]) for entry in found]  # type: ignore[index]
        allowed = [address for address in dict.fromkeys(addresses) if self.allows(address, port, is_udp)]
        if not allowed:
            raise RequestFailed(self._refusal(host, addresses[0], port, is_udp))
        return allowed

    def _refusal(self, host: str, address: str, port: int, is_udp: bool = False) -> str:
        subject = host if host == address else f"{host} is {address}"
        is_allowed_locally = replace(self, allow_local=True).allows(address, port, is_udp)
        remedy = "; --allow-local-targets allows it" if is_allowed_locally else ""
        return f"{subject}: the camera may not call that{remedy}"


def is_local(address: str) -> bool:
    """Whether it is a loopback or link-local address."""
    ip = ip_address(address.partition("%")[0])
    return ip.is_loopback or ip.is_link_local


def is_own_address(address: str) -> bool:
    """Whether it is an IP address of this machine: then a socket can be bound to it. Asks only the kernel."""
    try:
        entry = socket.getaddrinfo(address, 0, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0]
        with socket.socket(entry[0], socket.SOCK_DGRAM) as probe:
            probe.bind(entry[4])
    except OSError:
        return False
    return True


def _is_nowhere(ip: IPv4Address | IPv6Address) -> bool:
    """Whether it is in ``0.0.0.0/8`` or ``240.0.0.0/4``, which no host has (RFC 6890)."""
    return isinstance(ip, IPv4Address) and (ip.packed[0] == 0 or ip.packed[0] >= 240)


async def _first_open(addresses: list[str], port: int) -> str:
    """Return the first address that takes a connection, else the last: a host may serve only one of IPv4 and IPv6."""
    for address in addresses[:-1]:
        with suppress(OSError):
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                _, writer = await asyncio.open_connection(address, port)
            writer.close()
            return address
    return addresses[-1]
