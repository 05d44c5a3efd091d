"""NetworkManager on the system's message bus: calls, properties, and readable errors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dbus_fast import BusType, DBusFastError, Message, MessageType
from dbus_fast.aio import MessageBus

from ipcamd.errors import RequestFailed

SERVICE = "org.freedesktop.NetworkManager"
"""Name on the system bus."""
ROOT = "/org/freedesktop/NetworkManager"
"""Path of the manager's own object."""
CALL_S = 25.0
"""Time limit of one call, in seconds."""


class NetworkManagerBus:
    """One connection to the bus."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus

    async def call(self, path: str, member: str, signature: str = "", *body: object) -> Any:
        """Call a method, named ``Interface.Method`` below NetworkManager's name, and return its first result.

        Raises ``RequestFailed``.
        """
        interface, _, method = f"{SERVICE}.{member}".rpartition(".")
        return await self._send(path, interface, method, signature, *body)

    async def read(self, path: str, name: str) -> Any:
        """Return a property, named ``Interface.Property`` below NetworkManager's name. Raises ``RequestFailed``."""
        interface, _, member = f"{SERVICE}.{name}".rpartition(".")
        found = await self._send(path, "org.freedesktop.DBus.Properties", "Get", "ss", interface, member)
        return found.value

    async def _send(self, path: str, interface: str, member: str, signature: str, *body: object) -> Any:
        message = Message(SERVICE, path, interface, member, signature=signature, body=list(body))
        try:
            async with asyncio.timeout(CALL_S):
                reply = await self._bus.call(message)
        except (TimeoutError, EOFError, OSError, DBusFastError) as error:
            raise RequestFailed(f"NetworkManager does not answer ({error or type(error).__name__})") from error
        if reply is None or reply.message_type is MessageType.ERROR:
            raise RequestFailed(f"NetworkManager: {reply.body[0] if reply and reply.body else 'error'}")
        return reply.body[0] if reply.body else None


@asynccontextmanager
async def open_bus() -> AsyncIterator[NetworkManagerBus]:
    """Connect to the system's message bus. Raises ``RequestFailed``."""
    try:
        async with asyncio.timeout(CALL_S):
            bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    except (TimeoutError, EOFError, OSError, DBusFastError) as error:
        raise RequestFailed(f"the system's message bus cannot be reached ({error})") from error
    try:
        yield NetworkManagerBus(bus)
    finally:
        bus.disconnect()
