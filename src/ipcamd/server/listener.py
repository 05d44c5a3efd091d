"""Listener: one port on all configured addresses."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache

from ipcamd.errors import ConfigError, PortTaken
from ipcamd.logs import SummaryLog

log = logging.getLogger(__name__)

BACKLOG = 4096
"""Connections that the kernel completes before they are accepted (listen(2)); a further one waits for a second."""
ACCEPT_BATCH = 64
"""Connections accepted before other events are handled. A turn of the event loop may take 50 ms under load, and an
administrator's connection waits behind earlier ones."""
ACCEPT_PAUSE_S = 1.0
"""Pause in accepting when the process or the machine is out of file descriptors or memory."""
TRIES = 8
"""Attempts to find a port that is free on all addresses."""
_NO_IPV6 = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}


Accept = Callable[[socket.socket, str], None]
"""Handler of an accepted socket and its peer's IP address (IPv4-mapped IPv6 as IPv4)."""


class Listener:
    """Listening sockets of one service.

    ``loop.create_server`` is not used, because without file descriptors it logs a thousand tracebacks per second.
    """

    def __init__(self, sockets: Sequence[socket.socket], accept: Accept) -> None:
        self.port: int = sockets[0].getsockname()[1]
        """The actual port, also if 0 was requested."""
        self._sockets = sockets
        self._accept = accept
        self._warn = SummaryLog(log, logging.WARNING)
        self._resume_timer: asyncio.TimerHandle | None = None
        self._start()

    def close(self) -> None:
        """Stop accepting; existing connections continue."""
        self._stop()
        for sock in self._sockets:
            sock.close()
        self._sockets = ()

    def _start(self) -> None:
        self._resume_timer = None
        for sock in self._sockets:
            sock.setblocking(False)
            asyncio.get_running_loop().add_reader(sock, self._accept_some, sock)

    def _stop(self) -> None:
        if self._resume_timer:
            self._resume_timer.cancel()
        for sock in self._sockets:
            asyncio.get_running_loop().remove_reader(sock)

    def _accept_some(self, listening: socket.socket) -> None:
        for _ in range(ACCEPT_BATCH):
            try:
                sock, peer = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause(error)
                return
            sock.setblocking(False)
            self._accept(sock, normalize_address(peer[0]))

    def _pause(self, error: OSError) -> None:
        self._warn("port %d accepts no connections for %g s: %s", self.port, ACCEPT_PAUSE_S, error)
        self._stop()
        self._resume_timer = asyncio.get_running_loop().call_later(ACCEPT_PAUSE_S, self._start)


@lru_cache(maxsize=1024)
def normalize_address(address: str) -> str:
    """Return an IP address without its zone, IPv4-mapped IPv6 as IPv4."""
    return address.removeprefix("::ffff:").partition("%")[0]


def local_address(transport: asyncio.BaseTransport) -> str:
    """Return the camera's own IP address of a connection, normalized like the peer's."""
    return normalize_address((transport.get_extra_info("sockname") or ("",))[0])


def bind_sockets(hosts: Sequence[str], port: int, kind: int = socket.SOCK_STREAM) -> list[socket.socket]:
    """Return TCP or (``SOCK_DGRAM``) UDP sockets bound to `port` of all `hosts` (IP addresses).

    Port 0 selects one that is free on all of them. ``::`` is skipped on a machine without IPv6. Raises `ConfigError`;
    then no socket is left open.
    """
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
                raise _explained(error, host, port) from error
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
            sock.listen(BACKLOG)  # at once, so that a port in use is found before the response that depends on it
    except OSError:
        sock.close()
        raise
    return sock


def _explained(error: OSError, host: str, port: int) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(f"port {port} is in use by another program: stop that program or choose another port")
    if error.errno == errno.EACCES:
        return ConfigError(f"port {port} needs more rights: choose a port above 1023")
    if error.errno == errno.EADDRNOTAVAIL:
        return ConfigError(f"the address {host} is not available on this machine: choose another --host")
    return ConfigError(f"cannot listen on port {port}: {error.strerror}")
