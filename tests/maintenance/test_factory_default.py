"""A factory default that is killed: the old or the new state, never a mixture, and a login always works."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLS = 30


@pytest.mark.slow
def test_killed_at_any_moment_it_is_done_or_not(tmp_path: Path) -> None:
    path, chance = tmp_path / "state" / "ipcamd.db", random.Random(1)
    command = [sys.executable, str(Path(__file__).with_name("factory_default_process.py")), str(path), str(KILLS)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    found, acknowledged = [], False
    for number in range(KILLS):
        line = process.stdout.readline()
        if line == "OK\n":  # printed before the kill
            line = process.stdout.readline()
        _, life, state = line.split(maxsplit=2)
        found.append(state.strip())
        assert not acknowledged or found[-1] == "factory"
        assert process.stdout.readline() == "used\n"
        if acknowledged := number % 5 == 4:
            assert process.stdout.readline() == "OK\n"
        else:
            time.sleep(chance.uniform(0, 0.01))
        os.kill(int(life), signal.SIGKILL)
    process.communicate()
    assert set(found[1:]) == {"used", "factory"}
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
