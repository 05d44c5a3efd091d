"""A service with many connections: the event loop continues while they are checked or closed."""

import asyncio
from collections.abc import Callable

import pytest

from ipcamd.server.connection_registry import BATCH, Registry


class Client:
    """Connection that ends at once; notes the turn of the event loop in which it does."""

    address = "127.0.0.1"

    def __init__(self, registry: Registry, turn: Callable[[], int]) -> None:
        self._registry, self._turn = registry, turn
        self.closed = 0
        registry.enter(self)

    def sweep(self, now_s: float) -> None:
        self.close()

    def close(self) -> None:
        self.closed = self._turn()
        self._registry.leave(self)

    reset = close


async def closed_in_turns(end: Callable[[Registry], object]) -> list[int]:
    """Return the turns of the event loop in which `end` closes two batches of clients and one client more."""
    turn, registry = 1, Registry()
    clients = [Client(registry, lambda: turn) for _ in range(2 * BATCH + 1)]
    end(registry)
    while len(registry):
        turn += 1
        await asyncio.sleep(0)
    return [client.closed for client in clients]


async def test_other_parts_end_beside_many_connections() -> None:
    tasks: list[asyncio.Task[None]] = []
    turns = await closed_in_turns(lambda registry: tasks.append(asyncio.create_task(registry.close())))
    assert [turns.count(turn) for turn in sorted(set(turns))] == [BATCH, BATCH, 1]
    await tasks[0]


async def test_others_are_served_while_many_time_out() -> None:
    turns = await closed_in_turns(lambda registry: registry.sweep())
    assert [turns.count(turn) for turn in sorted(set(turns))] == [BATCH, BATCH, 1]


class DefectiveClient(Client):
    def sweep(self, now_s: float) -> None:
        raise MemoryError


async def test_a_connection_that_fails_keeps_no_other_from_ending(caplog: pytest.LogCaptureFixture) -> None:
    registry = Registry()
    DefectiveClient(registry, lambda: 1)
    client = Client(registry, lambda: 1)
    registry.sweep()
    assert client.closed
    assert len(registry) == 0
    assert "does not end" in caplog.text
