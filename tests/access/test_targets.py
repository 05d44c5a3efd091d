"""Names that cannot be resolved hold nobody up."""

import asyncio
import socket
import threading
import time

import pytest

from ipcamd.access.targets import Targets


def test_a_name_server_that_hangs_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, never = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> None:
        asked.set()
        never.wait()

    async def ask() -> None:
        task = asyncio.create_task(Targets().resolve("camera.example", 80))
        await asyncio.to_thread(asked.wait, 10)
        task.cancel()

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    asyncio.run(ask())
    assert time.monotonic() - began < 5
    never.set()


async def test_a_name_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr("ipcamd.access.targets.RESOLVE", 0.02)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait())
    with pytest.raises(OSError, match="no answer from the name server"):
        await Targets().resolve("camera.example", 80)
    never.set()
