"""Shutdown of parts, some of which hang or fail."""

import asyncio
import logging
import signal
import subprocess
import sys

import pytest

from ipcamd.app import shutdown
from ipcamd.app.shutdown import ShutdownStack


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutdown, "HEAD_START_S", 0.01)
    monkeypatch.setattr(shutdown, "PARTS_S", 0.2)
    monkeypatch.setattr(shutdown, "STORE_S", 0.2)


class PartStack:
    """A stack of parts, and the order in which they ended."""

    def __init__(self) -> None:
        self.stack = ShutdownStack()
        self.ended: list[str] = []

    def push(self, name: str) -> None:
        async def close() -> None:
            self.ended.append(name)

        self.stack.push(close)


async def test_parts_end_in_the_opposite_order_and_the_store_after_them() -> None:
    parts = PartStack()
    parts.stack.push_store(lambda: parts.ended.append("store"))
    for name in ("a", "b", "c"):
        parts.push(name)
    await parts.stack.close()
    assert parts.ended == ["c", "b", "a", "store"]


async def test_a_part_that_hangs_keeps_no_other_from_ending(caplog: pytest.LogCaptureFixture) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    parts = PartStack()
    parts.stack.push_store(lambda: parts.ended.append("store"))
    parts.push("a")
    parts.stack.push(hang)
    parts.push("b")
    await parts.stack.close()
    assert parts.ended == ["b", "a", "store"]
    assert "hang did not stop and is abandoned" in caplog.text


async def test_a_slow_part_stops_in_parallel_with_the_others() -> None:
    async def slow() -> None:
        await waiting.wait()
        parts.ended.append("slow")

    parts, waiting = PartStack(), asyncio.Event()
    parts.stack.push(waiting.set)
    parts.stack.push(slow)
    await parts.stack.close()
    assert parts.ended == ["slow"]


async def test_services_end_first_and_the_other_parts_beside_them() -> None:
    async def serve_on() -> None:
        parts.ended.append("services begin")
        await others.wait()
        parts.ended.append("services")

    parts, others = PartStack(), asyncio.Event()
    parts.stack.push(others.set)
    parts.stack.push_services(serve_on)
    parts.push("b")
    await parts.stack.close()
    assert parts.ended == ["services begin", "b", "services"]


async def test_a_part_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise LookupError

    parts = PartStack()
    parts.push("a")
    parts.stack.push(lambda: 1 // 0)  # type: ignore[arg-type,return-value]
    parts.stack.push(fail)
    with caplog.at_level(logging.ERROR):
        await parts.stack.close()
    assert parts.ended == ["a"]
    assert "ZeroDivisionError" in caplog.text
    assert "LookupError" in caplog.text


BUSY = """
import asyncio, time
from ipcamd.app import shutdown

shutdown.EXIT_S = 0.1

async def run():
    shutdown.handle_exit_signals(lambda: None)
    print("ready", flush=True)
    time.sleep(600)

asyncio.run(run())
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_though_its_event_loop_never_returns(number: signal.Signals) -> None:
    process = subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE)
    assert process.stdout
    with process.stdout as output:
        assert output.readline() == b"ready\n"
        process.send_signal(number)
        try:
            assert process.wait(30) == 0
        finally:
            process.kill()


LEFT_BEHIND = """
import atexit, sys, threading, time
from ipcamd import cli
from ipcamd.__main__ import main

atexit.register(lambda: print("dismantled"))

def command(arguments):
    if arguments == ["thread"]:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    print("done")
    return 2

cli.command = command
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("argument", "printed"), [("thread", b"done\n"), ("none", b"done\ndismantled\n")])
def test_the_interpreter_is_not_dismantled_under_threads_that_were_left_behind(argument: str, printed: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEFT_BEHIND, argument], stdout=subprocess.PIPE, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, printed)
