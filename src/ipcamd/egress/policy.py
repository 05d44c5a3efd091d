"""Egress policy: addresses to which the camera may connect (notifications, FTP, mail, Samba, NTP, sources).

It prevents server-side request forgery: an account that sets a target must not use the camera to reach services that
only the camera can reach, such as those of its own machine, link-local addresses and the camera's own ports.
"""

import asyncio
import socket
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Address

from ipcamd.dataclass import dataclass
from ipcamd.egress.numeric_address import numeric_address
from ipcamd.errors import RequestFailed
from ipcamd.params.kinds.address_range import IpAddress, plain_address
from ipcamd.workers.thread import run_in_thread

RESOLVE_TIMEOUT_S = 10.0
"""Time limit for the name server, in seconds."""
CONNECT_TIMEOUT_S = 2.0
"""Time limit for a connection to each address of a host, in seconds; the last address is not tested."""


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """The rule, and name resolution: callers connect to the address that was checked."""

    allow_local: bool = False
    """Whether loopback and link-local addresses are permitted (tests, laboratories)."""
    own_ports: Callable[[], Container[int]] = tuple
    """Returns the camera's own TCP ports, which are forbidden."""
    own_udp_ports: Callable[[], Container[int]] = tuple
    """Returns the camera's own UDP ports, which are forbidden."""

    async def resolve(self, host: str, port: int) -> str:
        """Return a permitted IP address of `host`; of several, the first that accepts a connection.

        Raises ``RequestFailed`` if all are forbidden, and ``OSError`` if there is none.
        """
        return await _first_open(await self.resolve_all(host, port), port)

    async def resolve_all(self, host: str, port: int, is_udp: bool = False) -> list[str]:
        """Return all permitted IP addresses of `host`, at least one. Raises the errors of `resolve`."""
        try:
            async with asyncio.timeout(RESOLVE_TIMEOUT_S):
                found = await run_in_thread(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), "resolve")
        except TimeoutError as error:
            raise OSError(f"{host}: no answer from the name server within {RESOLVE_TIMEOUT_S:g} s") from error
        return self._allowed(host, port, found, is_udp)

    def find_addresses(self, host: str, port: int, is_udp: bool = False) -> list[str]:
        """Return the same as `resolve_all`, but block, without its time limit. Raises the errors of `resolve`."""
        return self._allowed(host, port, socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), is_udp)

    def connect(self, host: str, port: int, connect_to: Callable[[str, int], socket.socket]) -> socket.socket:
        """Return a connection to the first permitted address of `host` that accepts it. Blocks. `connect_to` connects
        to an address and a port; its ``InterruptedError`` ends the attempts. Raises ``RequestFailed`` if all are
        forbidden, and ``OSError``."""
        failure = OSError()
        for address in self.find_addresses(host, port):
            try:
                return connect_to(address, port)
            except InterruptedError:
                raise
            except OSError as error:
                failure = error
        raise failure

    def may_be(self, host: str, port: int = 0) -> bool:
        """Whether `host` can be permitted: a name, which is checked after resolution, or a permitted address."""
        try:
            return self.allows(host, port)
        except ValueError:
            return self.allow_local or host.lower().rstrip(".") != "localhost"

    def check(self, address: str, port: int) -> None:
        """Raise ``RequestFailed`` unless this IP address is permitted."""
        if not self.allows(address, port):
            raise RequestFailed(self._refusal(address, address, port))

    def allows(self, address: str, port: int = 0, is_udp: bool = False) -> bool:
        """Whether an IP address is permitted, on this port; 0: on any port other than the camera's own."""
        ip = plain_address(address.partition("%")[0])
        if ip.is_multicast or ip.is_unspecified or _is_nowhere(ip):
            return False
        own_ports = self.own_udp_ports() if is_udp else self.own_ports()
        if port in own_ports and is_own_address(address):
            return False
        return self.allow_local or not is_local(address)

    def _allowed(self, host: str, port: int, found: Iterable[tuple[object, ...]], is_udp: bool = False) -> list[str]:
        """Return the permitted addresses of `found`, the result of ``getaddrinfo``; at least one."""
        addresses = [_with_zone(*entry[4]) for entry in found]  # type: ignore[misc]
        allowed = [address for address in dict.fromkeys(addresses) if self.allows(address, port, is_udp)]
        if not allowed:
            raise RequestFailed(self._refusal(host, addresses[0], port, is_udp))
        return allowed

    def _refusal(self, host: str, address: str, port: int, is_udp: bool = False) -> str:
        subject = host if host == address else f"{host} is {address}"
        is_allowed_locally = replace(self, allow_local=True).allows(address, port, is_udp)
        remedy = "; --allow-local-targets allows it" if is_allowed_locally else ""
        return f"{subject}: the camera may not call that{remedy}"


def _with_zone(address: str, _port: int, _flow: int = 0, zone: int = 0) -> str:
    """Return the IP address of a socket address, with its zone if it has one (``fe80::1%2``)."""
    return f"{address}%{zone}" if zone else address


def is_local(address: str) -> bool:
    """Whether an address is a loopback or link-local one; IPv4-mapped IPv6 counts as IPv4."""
    ip = plain_address(address.partition("%")[0])
    return ip.is_loopback or ip.is_link_local


def is_own_address(address: str) -> bool:
    """Whether an IP address is one of this machine, to which a socket can be bound. Queries only the kernel."""
    try:
        family, own = numeric_address(address, 0)
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind(own)
    except OSError:
        return False
    return True


def _is_nowhere(ip: IpAddress) -> bool:
    """Whether an address is in ``0.0.0.0/8`` or ``240.0.0.0/4``, which no host has (RFC 6890)."""
    return isinstance(ip, IPv4Address) and (ip.packed[0] == 0 or ip.packed[0] >= 240)


async def _first_open(addresses: list[str], port: int) -> str:
    """Return the first address that accepts a connection, else the last: a host may serve only one of IPv4 and IPv6."""
    for address in addresses[:-1]:
        with suppress(OSError):
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                _, writer = await asyncio.open_connection(address, port)
            writer.close()
            return address
    return addresses[-1]
