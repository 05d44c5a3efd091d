"""Egress policy: the addresses that the camera may connect to by itself (notify, FTP, mail, Samba and the like).

A guard against server-side request forgery: an account that may set a target must not reach through the camera what
only the camera can reach, such as services of its own machine and link-local addresses.
"""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

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

    async def resolve(self, host: str, port: int) -> str:
        """Return an IP address of `host` that may be called; of several, the first that takes a connection.

        Raises ``RequestFailed`` if none may be called, and ``OSError`` if there is none.
        """
        return await _first_open(await self.resolve_all(host, port), port)

    async def resolve_all(self, host: str, port: int) -> list[str]:
        """Return all IP addresses of `host` that may be called, at least one. Raises what `resolve` raises."""
        try:
            async with asyncio.timeout(RESOLVE_TIMEOUT_S):
                found = await run_in_thread(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), "resolve")
        except TimeoutError as error:
            raise OSError(f"{host}: no answer from the name server within {RESOLVE_TIMEOUT_S:g} s") from error
        addresses = [str(entry[4][0]) for entry in found]
        allowed = [address for address in dict.fromkeys(addresses) if self.allows(address)]
        if not allowed:
            raise RequestFailed(_refusal(host, addresses[0]))
        return allowed

    def may_be(self, host: str) -> bool:
        """Whether `host` can be allowed at all: a name, which is judged when it is resolved, or an allowed address."""
        try:
            return self.allows(host)
        except ValueError:
            return self.allow_local or host.lower().rstrip(".") != "localhost"

    def allows(self, address: str) -> bool:
        """Whether an IP address may be called."""
        ip = ip_address(address.partition("%")[0])
        if isinstance(ip, IPv6Address):
            ip = ip.ipv4_mapped or ip
        if ip.is_multicast or ip.is_unspecified or _is_nowhere(ip):
            return False
        return self.allow_local or not (ip.is_loopback or ip.is_link_local)


def _refusal(host: str, address: str) -> str:
    subject = host if host == address else f"{host} is {address}"
    remedy = "; --allow-local-targets allows it" if EgressPolicy(allow_local=True).allows(address) else ""
    return f"{subject}: the camera may not call that{remedy}"


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
