"""End of a service with many connections: the event loop goes on meanwhile."""

import asyncio
from collections.abc import Callable

from ipcamd.server.registry import CLOSE_BATCH, Registry


class Client:
    """Connection that ends at once; notes the turn of the event loop in which it does."""

    address = "127.0.0.1"

    def __init__(self, registry: Registry, turn: Callable[[], int]) -> None:
        self._registry, self._turn = registry, turn
        self.closed = 0
        registry.enter(self)

    def sweep(self, now_s: float) -> None: ...

    def close(self) -> None:
        self.closed = self._turn()
        self._registry.leave(self)

    reset = close


async def test_other_parts_end_beside_many_connections() -> None:
    turn = 1
    registry = Registry()
    clients = [Client(registry, lambda: turn) for _ in range(2 * CLOSE_BATCH + 1)]
    ending = asyncio.create_task(registry.close())
    while not ending.done():
        await asyncio.sleep(0)
        turn += 1
    for batch, first in enumerate(range(0, len(clients), CLOSE_BATCH), start=1):
        assert {client.closed for client in clients[first : first + CLOSE_BATCH]} == {batch}
