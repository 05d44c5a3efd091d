"""Runner: ports across restarts, and exit reasons."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from ipcamd.app import run
from ipcamd.app.run import TRIES, ExitReason
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.errors import PortTaken
from ipcamd.log_buffer import LogBuffer
from ipcamd.options.reader import read_options
from ipcamd.options.values import Options
from ipcamd.server.listener import bind_sockets

HOST = "127.0.0.1"


class Cameras:
    """Stand-in for the whole camera: it only opens its HTTP port."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.started = asyncio.Event()
        self.at_end: Callable[[], None] = lambda: None
        self.restart: Callable[[], None]

    async def start_camera(self, stack: ShutdownStack, options: Options, restart: Callable[[], None], *_: object):  # type: ignore[no-untyped-def]
        self.ports.append(options.port)
        (sock,) = bind_sockets((HOST,), options.port)
        stack.push(sock.close)
        stack.push(self._falls)
        self.restart = restart
        self.started.set()
        return lambda: None

    def _falls(self) -> None:
        self.at_end()


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> Cameras:
    cameras = Cameras()
    monkeypatch.setattr(run, "start_camera", cameras.start_camera)
    return cameras


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Restore the signal handlers."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program uses."""
    with socket.create_server((HOST, 0)) as other:
        yield other.getsockname()[1]


def begun(port: int) -> tuple[run.Runner, "asyncio.Task[None]"]:
    options = replace(read_options({}, {}), host=HOST, port=port)
    camera = run.Runner(options, lambda: options, LogBuffer())
    return camera, asyncio.create_task(camera.run())


async def test_a_free_port_that_is_taken_meanwhile_is_replaced(
    cameras: Cameras, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [taken]
    free_port = run.free_port
    monkeypatch.setattr(run, "free_port", lambda *what: found.pop() if found else free_port(*what))
    camera, life = begun(0)
    await cameras.started.wait()
    assert (cameras.ports[0], len(cameras.ports)) == (taken, 2)
    cameras.started.clear()
    cameras.restart()
    await cameras.started.wait()
    assert cameras.ports[2] == cameras.ports[1]  # clients find it again
    camera.request_exit(ExitReason.STOP)
    await life


@pytest.mark.parametrize(("port", "tries"), [(0, TRIES), (None, 1)])
async def test_a_port_that_stays_taken_is_an_error(
    cameras: Cameras, taken: int, monkeypatch: pytest.MonkeyPatch, port: int | None, tries: int
) -> None:
    monkeypatch.setattr(run, "_with_ports", lambda o: replace(o, port=o.port or taken))
    _, life = begun(taken if port is None else port)
    with pytest.raises(PortTaken, match=f"port {taken} is in use by another program"):
        await life
    assert len(cameras.ports) == tries


async def test_a_stop_during_a_restart_stops_the_camera(cameras: Cameras) -> None:
    camera, life = begun(0)
    await cameras.started.wait()
    cameras.at_end = lambda: camera.request_exit(ExitReason.STOP)
    cameras.restart()
    await asyncio.wait_for(life, 30)
    assert len(cameras.ports) == 1
