"""Debian's smbd as this user, on a port of its own, with a directory of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

import pytest
from tests.delivery.contents import contents
from tests.ports import free_port

PASSWORD = "sesame"

CONFIGURATION = """
[global]
  smb ports = {port}
  interfaces = 127.0.0.1
  bind interfaces only = yes
  private dir = {folder}
  lock directory = {folder}
  state directory = {folder}
  cache directory = {folder}
  pid directory = {folder}
  ncalrpc dir = {folder}/ncalrpc
  log file = {folder}/log
  passdb backend = smbpasswd:{folder}/smbpasswd
  server role = standalone
  server min protocol = SMB2
  disable netbios = yes
  load printers = no
  printcap name = /dev/null
  map to guest = Bad User
  guest account = {user}
  {more}
[clips]
  path = {share}
  read only = no
[closed]
  path = {share}
  read only = yes
[open]
  path = {share}
  read only = no
  guest ok = yes
"""


class Samba:
    """A running smbd."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.folder = folder
        self.share = folder / "share"
        self.share.mkdir()
        self.user = getuser()
        self.port = free_port()
        self._file = folder / "smb.conf"
        words = {"port": self.port, "folder": folder, "share": self.share, "user": self.user, "more": more}
        self._file.write_text(CONFIGURATION.format(**words))
        typed = f"{PASSWORD}\n{PASSWORD}\n"
        command = ["pdbedit", "-s", str(self._file), "-a", "-t", "-u", self.user]
        subprocess.run(command, input=typed, text=True, check=True, capture_output=True)

    def start(self) -> None:
        command = ["smbd", "-s", str(self._file), "-l", str(self.folder), "-F", "--no-process-group"]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 20
        while time.monotonic() < until:  # it does not report that it listens
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("smbd does not listen")

    def stop(self) -> None:
        """End it and its process of each connection, which share its session."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def files(self) -> dict[str, bytes]:
        return contents(self.share)

    def clear(self) -> None:
        for path in self.share.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def running(folder: Path, more: str = "") -> Iterator[Samba]:
    """Give a Samba server; skip the test where there is none."""
    missing = [name for name in ("smbd", "pdbedit") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"Samba is not installed ({', '.join(missing)}): apt-get install samba")
    server = Samba(folder, more)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def has_module(name: str) -> bool:
    """Whether Samba has this module (vfs objects)."""
    return any(Path("/usr/lib").glob(f"*/samba/vfs/{name}.so"))
