"""Rebindable port: a service's port and addresses, which can change while the camera runs."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Protocol

from ipcamd.dataclass import dataclass
from ipcamd.errors import ConfigError, PortTaken, RequestFailed
from ipcamd.params.group import Values
from ipcamd.server.listener import TRIES, bind_sockets
from ipcamd.settings.settings import Guard


class Closable(Protocol):
    """Listener whose existing connections continue after ``close``."""

    def close(self) -> None:
        """Stop listening."""


RETRY_S = 1.0
"""Seconds between attempts to listen again on a port that another program is using."""
_WILDCARDS = frozenset(("0.0.0.0", "::"))
"""Wildcard addresses: no other socket can listen on their port."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    hosts: tuple[str, ...]
    port: int | None
    enabled: bool = True


class RebindablePort:
    """Listener of one service that follows its port parameter and the listen address (guards of `ipcamd.settings`)."""

    def __init__(
        self,
        name: str,
        wanted: Callable[[Values], int | None],
        listen: Callable[[Sequence[str], int], Awaitable[Closable]],
    ) -> None:
        """`name` is the parameter (``HTTPPort``). `wanted` returns the port from its group, None for none. `listen`
        opens a port of some IP addresses or raises ``ConfigError``."""
        self._name = name
        self._wanted = wanted
        self._listen = listen
        self._endpoint = _Endpoint((), None)
        self._listener: Closable | None = None
        self._retrying: asyncio.Task[None] | None = None

    async def open(self, hosts: tuple[str, ...], values: Values, enabled: bool = True) -> int | None:
        """Open the initial port and return it; None if it is not `enabled`. Raises ``ConfigError``."""
        self._endpoint = _Endpoint(hosts, self._wanted(values), enabled)
        port = self._endpoint.port if enabled else None
        self._listener = await self._listen(hosts, port) if port is not None else None
        return port

    def guard(self, _: Values, after: Values) -> AbstractAsyncContextManager[None]:
        """Open the new port before the change is stored, and close the old port after it. Raises ``RequestFailed``."""
        return self._moved(replace(self._endpoint, port=self._wanted(after)))

    def guard_switch(self, is_on: Callable[[Values], bool]) -> Guard:
        """Return a guard of another group, whose values decide whether the port is open at all."""
        return lambda _, after: self._moved(replace(self._endpoint, enabled=is_on(after)))

    def move(self, hosts: tuple[str, ...]) -> AbstractAsyncContextManager[None]:
        """Listen on other addresses, as `guard` does on another port."""
        return self._moved(replace(self._endpoint, hosts=hosts))

    @asynccontextmanager
    async def _moved(self, endpoint: _Endpoint) -> AsyncIterator[None]:
        if endpoint == self._endpoint:
            yield
            return
        await self.close()
        before, old = self._endpoint, self._listener
        in_the_way = before.port == endpoint.port and bool(_WILDCARDS.intersection((*before.hosts, *endpoint.hosts)))
        if in_the_way:
            await _close(old)
        try:
            self._listener, self._endpoint = await self._open(endpoint), endpoint
            yield
        except BaseException:
            if self._listener is not old:
                await _close(self._listener)
            self._listener, self._endpoint = None if in_the_way else old, before
            await self._listen_again()
            raise
        await _close(old)

    async def close(self) -> None:
        """Cancel attempts to listen again; the listener belongs to the service."""
        if self._retrying:
            self._retrying.cancel()
            await asyncio.gather(self._retrying, return_exceptions=True)
            self._retrying = None

    async def _listen_again(self) -> None:
        """Listen on the previous port after a change failed; if another program is using it, as soon as it is free."""
        if self._listener is None and self._endpoint.port is not None and not await self._try():
            self._retrying = asyncio.get_running_loop().create_task(self._retry())

    async def _retry(self) -> None:
        _log.error("%s=%d is in use by another program after a failed change; the camera tries again", *self._shown)
        while True:
            await asyncio.sleep(RETRY_S)
            if await self._try():
                _log.warning("%s=%d: the service listens again", *self._shown)
                return

    async def _try(self) -> bool:
        try:
            self._listener = await self._open(self._endpoint)
        except RequestFailed:
            return False
        return True

    @property
    def _shown(self) -> tuple[str, int | None]:
        return self._name, self._endpoint.port

    async def _open(self, endpoint: _Endpoint) -> Closable | None:
        if endpoint.port is None or not endpoint.enabled:
            return None
        try:
            return await self._listen(endpoint.hosts, endpoint.port)
        except ConfigError as error:
            raise RequestFailed(f"{self._name}={endpoint.port}: {error}") from error


async def _close(listener: Closable | None) -> None:
    if listener:
        listener.close()
        await asyncio.sleep(0)  # a transport closes its socket in the event loop's next round


def free_port(hosts: Sequence[str], *kinds: int) -> int:
    """Return a port that is free on all `hosts` now, for TCP, or for all of `kinds` (``SOCK_STREAM``, ``SOCK_DGRAM``).

    Raises ``ConfigError``.
    """
    first, *others = kinds or (socket.SOCK_STREAM,)
    for left in reversed(range(TRIES)):
        sockets = bind_sockets(hosts, 0, first)
        port: int = sockets[0].getsockname()[1]
        try:
            for kind in others:
                sockets += bind_sockets(hosts, port, kind)
            return port
        except PortTaken:
            if not left:
                raise
        finally:
            for sock in sockets:
                sock.close()
    raise AssertionError  # the last round returns or raises
