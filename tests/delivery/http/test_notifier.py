"""Notifications to real HTTP receivers on loopback (SDK 12)."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ipcamd.delivery.http.notifier import HttpNotifier
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import RequestFailed
from ipcamd.event_bus import Event, EventKind
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.wire.http.notification import HttpNotification

SECOND = 10**9


class Receiver:
    """Receiver that sends a prepared response to each connection, and records the requests."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.requests: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        writer.close()


@asynccontextmanager
async def listening(receiver: Receiver) -> AsyncIterator[int]:
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class Outcomes(list[str]):
    """Outcomes of the notifications."""

    def __init__(self) -> None:
        super().__init__()
        self._more = asyncio.Event()

    def __call__(self, event: Event, notification: HttpNotification, problem: str) -> None:
        self.append(problem)
        self._more.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self) < count:
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def notifying(
    path: Path, port: int, event: str, allow_local: bool = True
) -> AsyncIterator[tuple[HttpNotifier, Outcomes, list[float]]]:
    outcomes = Outcomes()
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    with Database(path / "ipcamd.db") as database:
        settings = Settings(database, ALL_GROUPS, {})
        kind = "motion" if event == "motion" else f"di{event[-3]}"
        await settings.update([Change("Event.Notify", kind, f"{event} http://127.0.0.1:{port}/event/handler.cgi")])
        notifier = HttpNotifier(settings, EgressPolicy(allow_local), outcomes, sleep)
        yield notifier, outcomes, slept
        await notifier.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


async def test_the_notice_as_it_is_sent(tmp_path: Path) -> None:
    receiver = Receiver(OK)
    async with listening(receiver) as port, notifying(tmp_path, port, "input1_0") as (notifier, outcomes, _):
        notifier.handle(Event(EventKind.INPUT, 1352460789 * SECOND + 5, 1))
        notifier.handle(Event(EventKind.INPUT, 1352460790 * SECOND, 1, is_on=False))
        notifier.handle(Event(EventKind.MOTION, 1352460791 * SECOND))
        await outcomes.until(1)
    assert outcomes == [""]
    assert len(receiver.requests) == 1
    lines = receiver.requests[0].split("\r\n")
    assert lines[0] == "GET /event/handler.cgi?Message=input1_0,Time:1352460789 HTTP/1.1"
    assert f"Host: 127.0.0.1:{port}" in lines
    assert "Connection: close" in lines


async def test_three_tries_with_growing_pauses_and_in_order(tmp_path: Path) -> None:
    busy = b"HTTP/1.1 503 Busy\r\n\r\n"
    receiver = Receiver(busy, b"nonsense\r\n\r\n", OK)
    async with listening(receiver) as port, notifying(tmp_path, port, "di2_2") as (notifier, outcomes, slept):
        notifier.handle(Event(EventKind.INPUT, 1 * SECOND, 2))
        notifier.handle(Event(EventKind.INPUT, 2 * SECOND, 2, is_on=False))
        await outcomes.until(2)
    assert outcomes == ["", ""]
    assert slept == sorted(slept)
    assert len(slept) == 2
    assert [request.split("Time:")[1].split()[0] for request in receiver.requests] == ["1", "1", "1", "2"]


async def test_failed_notifications_are_dropped_and_reported(tmp_path: Path) -> None:
    async with listening(Receiver(OK)) as port:
        pass  # no server listens any more
    async with notifying(tmp_path, port, "motion") as (notifier, outcomes, slept):
        notifier.handle(Event(EventKind.MOTION, SECOND))
        await outcomes.until(1)
    assert len(slept) == 2
    assert outcomes == [f"nothing answers at 127.0.0.1:{port}: is the service running, and the port right?"]


@pytest.mark.parametrize(("answer", "problem"), [
    (b"", "the connection was closed without an answer"), (b"HTTP/1.1 2", "the answer is not HTTP"),
    (b"HTTP/1.1 401 Who?\r\n\r\n", "the answer is 401"), (b"HTTP/1.1 302 There\r\n\r\n", "the answer is 302"),
    (b"HTTP/1.1 507 Full\r\n\r\n", "the answer is 507"), (b"220 far.example ESMTP\r\n", "the answer is not HTTP"),
    (b"x" * 10_000, "the answer is not HTTP"), (b"HTTP/1.0 204\r\n\r\n", ""),
])  # fmt: skip
async def test_answers_of_all_kinds(tmp_path: Path, answer: bytes, problem: str) -> None:
    async with listening(Receiver(answer)) as port, notifying(tmp_path, port, "motion") as (notifier, outcomes, _):
        notifier.handle(Event(EventKind.MOTION, SECOND))
        await outcomes.until(1)
    assert outcomes == [problem]


async def test_an_answer_that_comes_byte_by_byte(tmp_path: Path) -> None:
    class SlowReceiver(Receiver):
        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in OK:
                writer.write(bytes([byte]))
                await asyncio.sleep(0)
            writer.close()

    receiver = SlowReceiver()
    async with listening(receiver) as port, notifying(tmp_path, port, "motion") as (notifier, outcomes, _):
        notifier.handle(Event(EventKind.MOTION, SECOND))
        await outcomes.until(1)
    assert outcomes == [""]
    assert len(receiver.requests) == 1


async def test_notifications_cancelled_at_shutdown_are_reported(tmp_path: Path) -> None:
    trying = asyncio.Event()

    class SilentReceiver(Receiver):
        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            trying.set()
            await reader.read()
            writer.close()

    async with listening(SilentReceiver()) as port, notifying(tmp_path, port, "motion") as (notifier, outcomes, _):
        for second in range(3):
            notifier.handle(Event(EventKind.MOTION, second * SECOND))
        async with asyncio.timeout(30):
            await trying.wait()
        await notifier.close()
    assert outcomes == ["cancelled: the camera stopped"] * 3


async def test_a_host_that_returns_is_notified(tmp_path: Path) -> None:
    receiver = Receiver(OK)
    async with listening(receiver) as port:
        pass
    async with notifying(tmp_path, port, "motion") as (notifier, outcomes, _):
        back = asyncio.Event()

        async def sleep(seconds: float) -> None:
            back.set()
            await again.wait()

        again = asyncio.Event()
        notifier._sleep = sleep
        notifier.handle(Event(EventKind.MOTION, SECOND))
        await back.wait()
        server = await asyncio.start_server(receiver.serve, "127.0.0.1", port)
        again.set()
        await outcomes.until(1)
        server.close()
    assert outcomes == [""]
    assert len(receiver.requests) == 1


async def test_a_removed_host_is_not_notified(tmp_path: Path) -> None:
    receiver = Receiver(b"HTTP/1.1 503 Busy\r\n\r\n")
    async with listening(receiver) as port, notifying(tmp_path, port, "motion") as (notifier, outcomes, _):

        async def removed(_: float) -> None:
            await notifier._settings.update([Change("Event.Notify", "motion", "")])

        notifier._sleep = removed
        for moment in (1, 2, 3):
            notifier.handle(Event(EventKind.MOTION, moment * SECOND))
        await outcomes.until(1)
        await asyncio.gather(*notifier._tasks.values())
    assert outcomes == ["the answer is 503"]


async def test_no_connection_to_this_machine_unless_that_is_allowed(tmp_path: Path) -> None:
    receiver = Receiver(OK)
    async with listening(receiver) as port, notifying(tmp_path, port, "motion", False) as (notifier, outcomes, _):
        notifier.handle(Event(EventKind.MOTION, SECOND))
        await outcomes.until(1)
    assert "--allow-local-targets" in outcomes[0]
    assert receiver.requests == []


async def test_a_hanging_target_delays_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.delivery.http.notifier.TIMEOUT_S", 0.05)
    monkeypatch.setattr("ipcamd.delivery.http.notifier.WAITING", 3)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with notifying(tmp_path, port, "motion") as (notifier, outcomes, _):
        for moment in range(5):
            notifier.handle(Event(EventKind.MOTION, moment * SECOND))
        assert sum("dropped" in problem for problem in outcomes) == 2
        await outcomes.until(5)
    server.close()
    assert sum("no answer" in problem for problem in outcomes) == 3


@pytest.mark.parametrize(
    ("address", "allowed", "laboratory"),
    [
        ("192.168.1.9", True, True), ("2001:db8::1", True, True), ("127.0.0.1", False, True), ("::1", False, True),
        ("169.254.169.254", False, True), ("fe80::1", False, True), ("::ffff:127.0.0.1", False, True),
        ("224.0.0.1", False, False), ("0.0.0.0", False, False), ("0.1.2.3", False, False), ("::", False, False),
        ("255.255.255.255", False, False), ("ff02::1", False, False),
    ],
)  # fmt: skip
def test_which_addresses_may_be_called(address: str, allowed: bool, laboratory: bool) -> None:
    assert EgressPolicy().allows(address) is allowed
    assert EgressPolicy(allow_local=True).allows(address) is laboratory


async def test_a_name_is_judged_by_its_address() -> None:
    assert not EgressPolicy().may_be("localhost")
    with pytest.raises(RequestFailed, match="localhost is"):
        await EgressPolicy().resolve("localhost", 80)
    assert await EgressPolicy(True).resolve("127.0.0.1", 80) == "127.0.0.1"


def test_notice_round_trip() -> None:
    assert HttpNotification(False, "h", 80, "/x", "motion").dump() == "motion http://h:80/x"
