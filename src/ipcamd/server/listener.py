"""Listening sockets: one port on every address of the device."""

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence

from ipcamd.errors import ConfigError

BACKLOG = 1024
TRIES = 8
"""How often to look for a number that is free on all addresses when any port will do."""
_NO_IPV6 = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}


class Listener:
    """Open sockets that accept connections for one protocol."""

    def __init__(self, port: int, servers: Sequence[asyncio.Server]) -> None:
        self.port = port
        """The real number, if 0 was asked for."""
        self._servers = servers

    def close(self) -> None:
        """Accept no more; connections that exist go on."""
        for server in self._servers:
            server.close()


async def listen(factory: Callable[[], asyncio.BaseProtocol], hosts: Sequence[str], port: int) -> Listener:
    """Listen on `port` of all `hosts` (IP addresses); 0 takes a number that is free on all of them.

    ``::`` is left out on a machine without IPv6. Raises `ConfigError`, then nothing is open.
    """
    sockets = bind(hosts, port)
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(factory, sock=sock, backlog=BACKLOG) for sock in sockets]
    return Listener(sockets[0].getsockname()[1], servers)


def bind(hosts: Sequence[str], port: int, kind: int = socket.SOCK_STREAM) -> list[socket.socket]:
    """Return sockets that listen on `port` of all `hosts`, TCP or (``SOCK_DGRAM``) UDP; see `listen`."""
    for left in reversed(range(TRIES if port == 0 else 1)):
        sockets: list[socket.socket] = []
        try:
            for host in hosts:
                number = sockets[0].getsockname()[1] if sockets else port
                sockets += _bind_one(host, number, kind, optional=host == "::" and len(hosts) > 1)
            return sockets
        except OSError as error:
            for sock in sockets:
                sock.close()
            if not left or error.errno != errno.EADDRINUSE:
                raise ConfigError(_explain(error, port)) from error
    raise AssertionError  # the last round returns or raises


def _bind_one(host: str, port: int, kind: int, *, optional: bool) -> list[socket.socket]:
    try:
        return [_open(host, port, kind)]
    except OSError as error:
        if optional and error.errno in _NO_IPV6:
            return []
        raise


def _open(host: str, port: int, kind: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        if kind == socket.SOCK_STREAM:
            sock.listen(BACKLOG)  # now, so that a port in use is found before the answer that depends on it
    except OSError:
        sock.close()
        raise
    return sock


def _explain(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use by another program: stop that or choose another port"
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights: choose a port above 1023"
    return f"cannot listen on port {port}: {error.strerror}"
