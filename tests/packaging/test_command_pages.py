"""Manual page and shell completions: groff understands the page, and real shells complete the commands."""

import os
import pty
import re
import select
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.e2e.camera import PATIENCE

from ipcamd.options.table import OPTIONS

SHARE = Path(__file__).parents[2] / "packaging/share"
BASH = SHARE / "bash-completion/completions/ipcamd"
ZSH = SHARE / "zsh/site-functions"
FISH = SHARE / "fish/vendor_completions.d/ipcamd.fish"

PREPARE = "ipcamd() { printf 'got:'; printf '<%s>' \"$@\"; echo ':end'; }; PS1='READY''> '\n"
"""A command that shows what it is given, and a prompt that does not stand in the line which sets it."""
PROMPT = re.compile("READY> ")
OUTPUT = re.compile("got:(.*):end(?s:.*)READY> ")

CASES = [
    ("ipcamd firmware ins", "<firmware><inspect>"),
    ("ipcamd run --log-l", "<run><--log-level>"),
    ("ipcamd run --log-level w", "<run><--log-level><warning>"),
    ("ipcamd run --discovery of", "<run><--discovery><off>"),
    ("ipcamd run --state etc", "<run><--state><etcetera>"),
    ("ipcamd check-config cam", "<check-config><camera.toml>"),
]
"""Typed text before the tabulator key, and the expected result."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with something to complete."""
    (tmp_path / "etcetera").mkdir()
    (tmp_path / "camera.toml").touch()
    return tmp_path


def test_the_manual_shows_every_option_without_a_warning() -> None:
    page = SHARE / "man/man1/ipcamd.1"
    done = subprocess.run(["groff", "-man", "-ww", "-Tascii", page], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    shown = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    assert [option.name for option in OPTIONS if f"--{option.name} " not in shown.replace("\n", " \n")] == []


@pytest.mark.slow
def test_bash_completes(folder: Path) -> None:
    assert typed(folder, ["bash", "--norc", "--noprofile", "-i"], f"source {BASH}; {PREPARE}") == expected()


@pytest.mark.slow
def test_zsh_completes(folder: Path) -> None:
    prepare = f"fpath=({ZSH} $fpath); autoload -U compinit; compinit -u -d {folder}/.zcompdump; {PREPARE}"
    assert typed(folder, ["zsh", "-f", "-i"], prepare) == expected()


@pytest.mark.slow
def test_fish_completes(folder: Path) -> None:
    offers = [offered_by_fish(folder, line) for line, _ in CASES]
    assert offers == [[words.rpartition("<")[2][:-1]] for _, words in CASES]


def expected() -> list[str]:
    return [words for _, words in CASES]


def offered_by_fish(folder: Path, line: str) -> list[str]:
    assert shutil.which("fish"), "install fish (Debian: fish)"
    script = f"source {FISH}; complete -C '{line}'"
    environment = os.environ | {"HOME": str(folder)}
    done = subprocess.run(
        ["fish", "--no-config", "-c", script], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return [offer.partition("\t")[0].rstrip("/") for offer in done.stdout.splitlines()]


def typed(folder: Path, shell: list[str], prepare: str) -> list[str]:
    """Type the cases into a shell on a terminal; return the resulting arguments of each."""
    assert shutil.which(shell[0]), f"install {shell[0]} (Debian: {shell[0]})"
    screen, terminal = pty.openpty()
    environment = os.environ | {"HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        shell, stdin=terminal, stdout=terminal, stderr=terminal, cwd=folder, env=environment, start_new_session=True
    )
    os.close(terminal)
    try:
        os.write(screen, prepare.encode())
        read_until(screen, PROMPT)
        return [complete(screen, line) for line, _ in CASES]
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def complete(screen: int, line: str) -> str:
    """Type a line, the tabulator key and Enter; return the resulting arguments."""
    os.write(screen, f"{line}\t\n".encode())
    return read_until(screen, OUTPUT)[1].replace("/>", ">")


def read_until(screen: int, sign: re.Pattern[str]) -> re.Match[str]:
    """Read the terminal's output until it contains a mark."""
    shown = ""
    while not (found := sign.search(shown)):
        assert select.select([screen], [], [], PATIENCE)[0], f"the shell is silent after {shown!r}"
        shown += os.read(screen, 4096).decode(errors="replace")
    return found
