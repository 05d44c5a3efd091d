"""Acknowledged files arrive although the process is killed repeatedly during uploads."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest
from tests.delivery.ftp.ftp_server import PASSWORD, USER, FtpServer
from tests.delivery.killed_process import content
from tests.delivery.samba.samba_server import PASSWORD as SAMBA_PASSWORD
from tests.delivery.samba.samba_server import running

pytestmark = pytest.mark.slow

LEAST, MOST, HALVES = 50, 200, 4
"""Kills at least and at most; so many of them are to come in the middle of an upload."""


class DeliveryProcess:
    """The process of `tests.delivery.killed_process`."""

    def __init__(self, folder: Path, group: str, **values: object) -> None:
        settings = [f"{name}={value}" for name, value in values.items()]
        program = str(Path(__file__).with_name("killed_process.py"))
        command = [sys.executable, program, str(folder), group, *settings]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.acknowledged: list[str] = []

    def read_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def next_process_id(self) -> int:
        """Return the next process's id; lines before it are acknowledgements of the previous process."""
        while not (line := self.read_line()).isdecimal():
            assert line
            self.acknowledged.append(line)
        self.life = int(line)
        return self.life

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process behind when a test fails: a killed parent cannot end its child."""
        if self.process.returncode is None:
            self.process.kill()
            with suppress(ProcessLookupError):
                os.kill(self.life, signal.SIGKILL)
            self.process.communicate()

    def end(self) -> None:
        """Let the last process deliver the waiting files."""
        self.next_process_id()
        assert self.process.stdin is not None
        self.process.stdin.write("end\n")
        self.process.stdin.flush()
        while (line := self.read_line()) != "empty":
            assert line
            self.acknowledged.append(line)
        self.process.communicate(timeout=20)


def kill(shipper: DeliveryProcess, files: Callable[[], dict[str, bytes]]) -> None:
    """Kill processes at any moment, until some of them left a partial file; none ever has its final name."""
    chance, halves = random.Random(1), 0
    for count in range(MOST):
        life = shipper.next_process_id()
        for _ in range(chance.randrange(4)):
            shipper.acknowledged.append(shipper.read_line())
        time.sleep(chance.uniform(0, 0.02))  # any moment of an upload
        os.kill(life, signal.SIGKILL)
        there = files()
        halves += any(name.endswith(".part") for name in there)
        assert [name for name, data in there.items() if name.endswith(".avi") and data != content(name)] == []
        if count >= LEAST and halves >= HALVES:
            return
    raise AssertionError(f"of {MOST} kills only {halves} met an upload")


def check(shipper: DeliveryProcess, files: dict[str, bytes]) -> None:
    assert len(shipper.acknowledged) > 20
    assert set(shipper.acknowledged) - files.keys() == set()
    assert [name for name in files if not name.endswith(".avi")] == []
    assert [name for name, data in files.items() if data != content(name)] == []


def test_ftp(tmp_path: Path) -> None:
    with FtpServer(tmp_path / "far") as server:
        login = {"Enable": "yes", "FTPServer": "127.0.0.1", "Port": server.port, "UserName": USER, "Password": PASSWORD}
        with DeliveryProcess(tmp_path / "near", "FTP", **login) as shipper:
            kill(shipper, server.files)
            shipper.end()
        check(shipper, server.files())


def test_samba(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    with running(tmp_path / "far") as server:
        login = {"UserName": server.user, "Password": SAMBA_PASSWORD}
        place = {"Enable": "yes", "SambaServer": "127.0.0.1", "Port": server.port, "Share": "clips"}
        with DeliveryProcess(tmp_path / "near", "NetStorage", **place, **login) as shipper:
            kill(shipper, server.files)
            shipper.end()
        check(shipper, server.files())
