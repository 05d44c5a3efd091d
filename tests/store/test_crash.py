"""Acknowledged updates are kept, although processes are killed and disks fail."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.store.group import GROUPS

from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

KILLS = 50


class Writer:
    """The process of `tests.store.writing`, before its first kill."""

    def __init__(self, path: Path, lives: int = 1) -> None:
        command = [sys.executable, str(Path(__file__).with_name("writing.py")), str(path), str(lives)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()

    def ask(self, number: int) -> list[str]:
        self.say(str(number))
        return self.hear()

    def end(self, life: int) -> None:
        """Kill the last process."""
        os.kill(life, signal.SIGKILL)
        self.process.communicate()


@pytest.mark.slow
def test_no_acknowledged_update_is_lost_when_the_process_is_killed(path: Path) -> None:
    chance = random.Random(1)
    acknowledged = 0
    writer = Writer(path, KILLS)
    for _ in range(KILLS):
        word, number, *life = writer.hear()
        while word == "OK":  # written by the previous process, and not yet read when it was killed
            acknowledged = int(number)
            word, number, *life = writer.hear()
        assert (word, int(number) >= acknowledged) == ("open", True)
        writer.say("on")
        for _ in range(chance.randrange(1, 6)):
            acknowledged = int(writer.hear()[1])
        os.kill(int(life[0]), signal.SIGKILL)
    rest, _ = writer.process.communicate()
    acknowledged = max([acknowledged, *(int(line.split()[1]) for line in rest.splitlines())])
    with Database(path) as database:
        picture, mail = (Settings(database, GROUPS, {})[group] for group in ("Picture", "Mail"))
        number = int(picture["Title"])
        assert number >= acknowledged > KILLS
        assert (picture["Level"], mail["Password"]) == (str(number % 10), f"word {number}")
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_disk_error_is_reported_and_the_disk_is_used_again_after_it(path: Path) -> None:
    writer = Writer(path)
    life = int(writer.hear()[2])
    assert writer.ask(1) == ["OK", "1"]
    strace = subprocess.Popen(
        ["strace", "-f", "-e", "inject=fsync,fdatasync:error=EIO", "-o", "/dev/null", "-p", str(life)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert strace.stderr is not None
    if "attached" not in strace.stderr.readline():
        writer.end(life)
        pytest.skip("strace may not look into other processes here")
    assert writer.ask(2) == ["failed", "2", "1"]
    assert writer.ask(3) == ["failed", "3", "1"]
    strace.terminate()
    strace.communicate()
    assert writer.ask(4) == ["OK", "4"]
    writer.end(life)
    with Database(path) as database:
        assert Settings(database, GROUPS, {})["Picture"]["Title"] == "4"
