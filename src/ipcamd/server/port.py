"""A service's port as a parameter: it moves while the camera runs, and the answer that moves it still arrives."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from ipcamd.errors import ConfigError, RequestFailed
from ipcamd.params.group import Values
from ipcamd.server.listener import bind


class Closable(Protocol):
    """A listener: ``close()`` accepts no more, connections that exist go on."""

    def close(self) -> None:
        """Stop listening."""


class MovablePort:
    """The listener of one service, moved by a guard of the group that holds its port (`ipcamd.store.settings`)."""

    def __init__(self, name: str, listener: Closable, listen: Callable[[int], Awaitable[Closable]]) -> None:
        """`name` is the parameter (``HTTPPort``); `listen` opens another port, or raises ``ConfigError``."""
        self._name = name
        self._listener = listener
        self._listen = listen

    @asynccontextmanager
    async def guard(self, before: Values, after: Values) -> AsyncIterator[None]:
        """Open the new port before the change is kept, close the old one after. Raises ``RequestFailed``."""
        if before[self._name] == after[self._name]:
            yield
            return
        listener = await self._open(after[self._name])
        try:
            yield
        except BaseException:
            listener.close()
            raise
        self._listener.close()
        self._listener = listener

    async def _open(self, port: str) -> Closable:
        try:
            return await self._listen(int(port))
        except ConfigError as error:
            raise RequestFailed(f"{self._name}={port}: {error}") from error


def free_port(hosts: Sequence[str], kind: int = socket.SOCK_STREAM) -> int:
    """Return a number that is free on all `hosts` just now, of TCP or (``SOCK_DGRAM``) UDP. Raises ``ConfigError``."""
    sockets = bind(hosts, 0, kind)
    port: int = sockets[0].getsockname()[1]
    for sock in sockets:
        sock.close()
    return port
