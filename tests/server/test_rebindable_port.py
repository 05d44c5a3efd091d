"""A service whose port another program takes during a change."""

import asyncio
import logging
import socket
from collections.abc import Sequence

import pytest
from tests.e2e.camera import eventually, reachable

from ipcamd.errors import ConfigError, RequestFailed
from ipcamd.params.group import Values
from ipcamd.params.system import SYSTEM
from ipcamd.server import rebindable_port
from ipcamd.server.listener import Listener, bind_sockets
from ipcamd.server.rebindable_port import RebindablePort

HERE = ("127.0.0.1",)


def nobody(*_: object) -> None:
    """Take no connection."""


async def test_a_port_that_another_program_took_is_taken_back_when_it_is_free(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rebindable_port, "RETRY_S", 0.02)
    thief = socket.socket()

    async def listen_until_robbed(hosts: Sequence[str], number: int) -> Listener:
        try:
            return Listener(bind_sockets(hosts, number), nobody)
        except ConfigError:
            if thief.getsockname()[1] == 0:
                thief.bind((HERE[0], number))
                thief.listen()
            raise

    port = RebindablePort("HTTPPort", lambda values: values.number("HTTPPort"), listen_until_robbed)
    with socket.create_server(("127.0.0.9", 0)) as other, thief, caplog.at_level(logging.WARNING):
        number = other.getsockname()[1]
        await port.open(HERE, Values(SYSTEM, {**SYSTEM.values(), "HTTPPort": str(number)}))
        with pytest.raises(RequestFailed, match=f"HTTPPort={number}"):
            async with port.move(("0.0.0.0",)):
                raise AssertionError("it cannot move there")
        thief.close()
        await asyncio.to_thread(eventually, lambda: reachable(number))
        await asyncio.to_thread(eventually, lambda: "listens again" in caplog.text)
        async with port.move(("127.0.0.2",)):
            pass
        assert not reachable(number)
    await port.close()
    assert f"HTTPPort={number} is in use by another program" in caplog.text
    port._listener.close()  # type: ignore[union-attr]


async def test_the_end_of_the_camera_ends_the_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebindable_port, "RETRY_S", 0.02)
    listeners: list[Listener] = []

    async def listen_once(hosts: Sequence[str], number: int) -> Listener:
        if listeners:
            raise ConfigError("in use")
        listeners.append(Listener(bind_sockets(hosts, number), nobody))
        return listeners[0]

    port = RebindablePort("HTTPPort", lambda values: 0, listen_once)
    await port.open(HERE, SYSTEM.values())  # type: ignore[arg-type]
    with pytest.raises(RequestFailed):
        async with port.move(("0.0.0.0",)):
            raise AssertionError("it cannot move there")
    before = len(asyncio.all_tasks())
    await port.close()
    assert len(asyncio.all_tasks()) == before - 1
