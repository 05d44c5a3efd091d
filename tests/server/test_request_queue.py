"""Request queue: the order of clients, and the event loop's other work in between."""

import asyncio
from collections.abc import Callable

from tests.server.serving import Clock, Server, serving, until

from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.params.group import Rank
from ipcamd.server.request_queue import TASK_S, TURN_S, RequestQueue

IN_ONE_TURN = 10
"""Requests that fill a turn of the event loop, in these tests."""


class SimulatedRequests:
    """Requests that take time on a clock of their own."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.queue = RequestQueue(self.clock)
        self.done: list[str] = []

    def request(self, name: str, seconds: float = TURN_S / IN_ONE_TURN) -> Callable[[], None]:
        def serve() -> None:
            self.clock.now += seconds * 1.001  # no sum of rounded seconds is a little less than a turn
            self.done.append(name)

        return serve

    def answer(self, call: Call) -> Reply:
        self.request(call.account.name)()
        return text("OK")

    async def late(self, call: Call) -> Reply:
        self.done.append(call.account.name)
        return text("OK")


async def test_a_request_is_served_at_once_while_there_is_time() -> None:
    work = SimulatedRequests()
    for number in range(IN_ONE_TURN):
        work.queue.submit("a", work.request(f"a{number}"))
    assert len(work.done) == IN_ONE_TURN


async def test_a_client_with_many_requests_delays_only_itself() -> None:
    work = SimulatedRequests()
    for _ in range(10 * IN_ONE_TURN):
        work.queue.submit("a", work.request("a"))
    work.queue.submit("b", work.request("b"))
    await until(lambda: len(work.done) == 10 * IN_ONE_TURN + 1)
    assert work.done.index("b") == IN_ONE_TURN + 1


async def test_a_client_with_long_requests_gets_fewer() -> None:
    work = SimulatedRequests()
    for _ in range(50):
        work.queue.defer("long", work.request("long", TURN_S / 2))
        work.queue.defer("short", work.request("short", TURN_S / 20))
    await until(lambda: "short" not in work.done[-1:] and work.done.count("short") == 50)
    assert work.done.count("long") in range(5, 8)


async def test_other_work_is_done_between_turns() -> None:
    work = SimulatedRequests()
    for _ in range(5 * IN_ONE_TURN):
        work.queue.submit("a", work.request("a"))
    seen = []
    for _ in range(5):
        await asyncio.sleep(0)
        seen.append(len(work.done))
    assert seen == [IN_ONE_TURN * turns for turns in (2, 3, 4, 5, 5)]


async def test_requests_that_go_on_in_tasks_fill_a_turn_too() -> None:
    work, tasks = SimulatedRequests(), round(TURN_S / TASK_S)

    async with serving(Endpoint("/late", Rank.GUEST, work.late), requests=work.queue) as server:
        flood = await ask_again(server, "guest", 4 * tasks, "/late")
        work.done.clear()
        send(flood, "/late")
        await until(lambda: work.done)
        await asyncio.sleep(0)
        assert len(work.done) <= 2 * tasks
        await until(lambda: len(work.done) == 4 * tasks)


async def test_a_flood_does_not_delay_another_account() -> None:
    work = SimulatedRequests()
    async with serving(Endpoint("/work", Rank.GUEST, work.answer), requests=work.queue) as server:
        flood = await ask_again(server, "guest", 10 * IN_ONE_TURN, "/work")
        administrator = await ask_again(server, "admin", 1, "/work")
        work.done.clear()
        send([*flood, *administrator], "/work")
        await until(lambda: len(work.done) == 10 * IN_ONE_TURN + 1)
        assert work.done.index("admin") <= 2 * IN_ONE_TURN


async def test_waiting_requests_are_bounded() -> None:
    work = SimulatedRequests()
    async with serving(Endpoint("/work", Rank.GUEST, work.answer), requests=ClosedQueue()) as server:
        _, writer = await server.connect()
        writer.write(b"GET /work HTTP/1.1\r\n\r\n" * 1_000_000)
        await until(lambda: ClosedQueue.waiting)
        for _ in range(2000):
            await asyncio.sleep(0)
        assert writer.transport.get_write_buffer_size() > 1_000_000
        writer.transport.abort()


class ClosedQueue(RequestQueue):
    """Queue that serves no client."""

    waiting = False

    def submit(self, client: object, serve: Callable[[], None]) -> None:
        ClosedQueue.waiting = True


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter, str]


async def ask_again(server: Server, account: str, count: int, path: str) -> list[Connection]:
    """Return connections on which the account is known: each has had an answer."""
    connections = [(*await server.connect(), account) for _ in range(count)]
    send(connections, path)
    for reader, _, _ in connections:
        await reader.readuntil(b"OK\r\n")
    return connections


def send(connections: list[Connection], path: str) -> None:
    """Send one request on each; the event loop does not run meanwhile, so the server finds all at once."""
    for _, writer, account in connections:
        writer.write(f"GET {path} HTTP/1.1\r\nAuthorization: {account}\r\n\r\n".encode())
        assert writer.transport.get_write_buffer_size() == 0
