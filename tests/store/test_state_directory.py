import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ipcamd.errors import ConfigError
from ipcamd.store.database import Database
from ipcamd.store.state_directory import StateDirectory


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_directory_and_files_are_for_the_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        Database(path).close()
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700
    assert {file.name: oct(mode(file)) for file in path.parent.iterdir() if mode(file) != 0o600} == {}


def test_files_that_were_open_to_others_are_closed(path: Path) -> None:
    Database(path).close()
    path.parent.chmod(0o755)
    for file in path.parent.iterdir():
        file.chmod(0o644)
    Database(path).close()
    assert mode(path.parent) == 0o700
    assert {mode(path), mode(path.with_name("secret.key")), mode(path.with_name("ipcamd.lock"))} == {0o600}


def test_an_empty_directory_becomes_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    StateDirectory(tmp_path).close()
    assert mode(tmp_path) == 0o700


def test_a_directory_of_another_owner_keeps_its_mode(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "thesis.txt").touch()
    tmp_path.chmod(0o755)
    with caplog.at_level(logging.WARNING):
        StateDirectory(tmp_path).close()
    assert mode(tmp_path) == 0o755
    assert "chmod 700" in caplog.text


def test_a_second_owner_is_refused_until_the_first_one_ends(tmp_path: Path) -> None:
    first = StateDirectory(tmp_path)
    with pytest.raises(ConfigError, match=rf"in use .*process {os.getpid()}.*--state"):
        StateDirectory(tmp_path)
    first.close()
    StateDirectory(tmp_path).close()


@pytest.mark.slow
def test_a_killed_owner_does_not_block_the_directory(path: Path) -> None:
    script = (
        f"import pathlib, ipcamd.store.database as d; d.Database(pathlib.Path({str(path)!r})); print('owner'); input()"
    )
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "owner\n"
    with pytest.raises(ConfigError, match=re.escape(str(child.pid))):
        Database(path)
    child.kill()
    child.communicate()
    Database(path).close()


def test_a_failed_open_leaves_no_owner(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(ConfigError):
        Database(path)
    path.rmdir()
    Database(path).close()


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nowhere/state"])
def test_a_place_that_cannot_be_a_directory_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="--state"):
        StateDirectory(tmp_path / place)
