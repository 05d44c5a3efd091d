"""Rebindable port: a service's port as a parameter, changed while the camera runs and after the response is sent."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from ipcamd.errors import ConfigError, RequestFailed
from ipcamd.params.group import Values
from ipcamd.server.listener import bind_sockets


class Closable(Protocol):
    """Listener whose existing connections go on after ``close``."""

    def close(self) -> None:
        """Stop listening."""


class RebindablePort:
    """Listener of one service that follows its port parameter (a guard of `ipcamd.settings`)."""

    def __init__(
        self, name: str, wanted: Callable[[Values], int | None], listen: Callable[[int], Awaitable[Closable]]
    ) -> None:
        """`name` is the parameter (``HTTPPort``). `wanted` returns the port from its group, None for none. `listen`
        opens a port or raises ``ConfigError``."""
        self._name = name
        self._wanted = wanted
        self._listen = listen
        self._listener: Closable | None = None

    async def open(self, values: Values) -> int | None:
        """Open the initial port and return it. Raises ``ConfigError``."""
        port = self._wanted(values)
        self._listener = await self._listen(port) if port is not None else None
        return port

    @asynccontextmanager
    async def guard(self, before: Values, after: Values) -> AsyncIterator[None]:
        """Open the new port before the change is stored, and close the old port after it. Raises ``RequestFailed``."""
        port = self._wanted(after)
        if port == self._wanted(before):
            yield
            return
        listener = await self._open(port)
        try:
            yield
        except BaseException:
            if listener:
                listener.close()
            raise
        if self._listener:
            self._listener.close()
        self._listener = listener

    async def _open(self, port: int | None) -> Closable | None:
        if port is None:
            return None
        try:
            return await self._listen(port)
        except ConfigError as error:
            raise RequestFailed(f"{self._name}={port}: {error}") from error


def free_port(hosts: Sequence[str], kind: int = socket.SOCK_STREAM) -> int:
    """Return a TCP or (``SOCK_DGRAM``) UDP port that is free on all `hosts` now. Raises ``ConfigError``."""
    sockets = bind_sockets(hosts, 0, kind)
    port: int = sockets[0].getsockname()[1]
    for sock in sockets:
        sock.close()
    return port
