"""Egress policy: the address used of a host with several; names that cannot be resolved delay nothing else."""

import asyncio
import socket
import threading
from typing import Any

import pytest

from ipcamd.egress.policy import EgressPolicy, is_local
from ipcamd.errors import RequestFailed


def test_a_hanging_name_server_does_not_delay_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, never = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> None:
        asked.set()
        never.wait()

    async def ask() -> None:
        task = asyncio.create_task(EgressPolicy().resolve("camera.example", 80))
        await asyncio.to_thread(asked.wait, 30)
        task.cancel()

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    asyncio.run(ask())
    never.set()


async def test_names_that_hang_delay_no_other_name(monkeypatch: pytest.MonkeyPatch) -> None:
    never, entry = threading.Event(), (0, socket.SOCK_STREAM, 0, "", ("192.0.2.7", 0))

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        if host == "hangs.example":
            never.wait()
        return [entry]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    hanging = [asyncio.create_task(EgressPolicy().resolve("hangs.example", 80)) for _ in range(50)]
    await asyncio.sleep(0)  # they have asked
    try:
        assert await EgressPolicy().resolve("camera.example", 80) == "192.0.2.7"
        assert not any(task.done() for task in hanging)
    finally:
        never.set()
    assert await asyncio.gather(*hanging) == ["192.0.2.7"] * 50


async def test_a_name_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr("ipcamd.egress.policy.RESOLVE_TIMEOUT_S", 0.02)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait())
    with pytest.raises(OSError, match="no answer from the name server"):
        await EgressPolicy().resolve("camera.example", 80)
    never.set()


@pytest.mark.parametrize("found", [["::1", "127.0.0.1"], ["127.0.0.1", "::1"], ["0.0.0.0", "127.0.0.2", "127.0.0.1"]])
async def test_of_several_addresses_the_one_that_answers_is_called(
    monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    entries = [(0, socket.SOCK_STREAM, 0, "", (address, 0)) for address in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert await EgressPolicy(True).resolve("nas", listener.getsockname()[1]) == "127.0.0.1"


async def test_an_address_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.egress.policy.CONNECT_TIMEOUT_S", 0.02)
    entries = [(0, socket.SOCK_STREAM, 0, "", (address, 0)) for address in ("127.0.0.1", "127.0.0.2")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:  # the queue is full: further connections get no answer
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        assert await EgressPolicy(True).resolve("nas", port) == "127.0.0.2"
        for one in waiting:
            one.close()


@pytest.mark.parametrize(
    ("host", "address", "words"),
    [
        ("nas", "127.0.0.1", "nas is 127.0.0.1: the camera may not call that; --allow-local-targets allows it"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1: the camera may not call that; --allow-local-targets allows it"),
        ("all", "224.0.0.1", "all is 224.0.0.1: the camera may not call that"),
    ],
)
async def test_a_refusal_gives_a_remedy(monkeypatch: pytest.MonkeyPatch, host: str, address: str, words: str) -> None:
    entries = [(0, socket.SOCK_STREAM, 0, "", (address, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    with pytest.raises(RequestFailed) as refused:
        await EgressPolicy().resolve(host, 80)
    assert str(refused.value) == words


async def test_the_cameras_own_ports_are_never_called() -> None:
    policy = EgressPolicy(allow_local=True, own_ports=lambda: {8080})
    for address in ("127.0.0.1", "127.0.0.9", "::ffff:127.0.0.1"):
        assert not policy.allows(address, 8080)
        assert policy.allows(address, 8081)
        assert not policy.may_be(address, 8080)
    assert policy.allows("192.0.2.1", 8080)  # a port of another machine
    with pytest.raises(RequestFailed, match=r"127.0.0.1: the camera may not call that$"):
        await policy.resolve("127.0.0.1", 8080)


async def test_the_cameras_own_udp_ports_are_never_sent_to() -> None:
    policy = EgressPolicy(allow_local=True, own_ports=lambda: {8080}, own_udp_ports=lambda: {5432})
    with pytest.raises(RequestFailed, match=r"127.0.0.1: the camera may not call that$"):
        await policy.resolve_all("127.0.0.1", 5432, is_udp=True)
    assert await policy.resolve_all("127.0.0.1", 8080, is_udp=True) == ["127.0.0.1"]
    assert await policy.resolve_all("127.0.0.1", 5432) == ["127.0.0.1"]


def connect_to(*address: Any) -> socket.socket:
    return socket.create_connection(address, 60)


def test_the_address_that_is_judged_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time gains nothing."""
    with socket.create_server(("127.0.0.1", 0)) as good, socket.create_server(("127.0.0.2", 0)) as trap:
        answers = [good.getsockname(), trap.getsockname()]
        real = socket.getaddrinfo

        def rebinding(host: str, *rest: object, **more: object) -> list[tuple[object, ...]]:
            if host != "rebind.example":
                return real(host, *rest, **more)  # type: ignore[arg-type]
            return [(0, socket.SOCK_STREAM, 0, "", answers.pop(0))]

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        with EgressPolicy(True).connect("rebind.example", good.getsockname()[1], connect_to) as connection:
            assert connection.getpeername() == good.getsockname()
        with pytest.raises(RequestFailed, match=r"rebind.example is 127.0.0.2"):
            EgressPolicy().connect("rebind.example", 80, connect_to)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("127.0.0.9", True),
        ("::ffff:127.0.0.9", True),
        ("::ffff:169.254.1.1", True),
        ("fe80::1%lo", True),
        ("::ffff:192.0.2.1", False),
        ("2001:db8::1", False),
    ],
)
def test_an_address_is_local_in_each_spelling(address: str, wanted: bool) -> None:
    assert is_local(address) is wanted
    assert EgressPolicy(allow_local=False).allows(address) is not wanted


def test_a_link_local_address_keeps_its_zone() -> None:
    assert EgressPolicy(True).find_addresses("fe80::1%lo", 80) == [f"fe80::1%{socket.if_nametoindex('lo')}"]
    with pytest.raises(RequestFailed):
        EgressPolicy().find_addresses("fe80::1%lo", 80)
