"""Debian's smbd as this user, on a port of its own, with a directory of its own."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

import pytest
from tests.delivery.contents import contents
from tests.delivery.delivery_rig import DeliveryRig
from tests.delivery.server_process import ServerProcess
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


class Samba(ServerProcess):
    """A running smbd."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.share = folder / "share"
        self.share.mkdir()
        self.user = getuser()
        self.port = free_port()
        file = folder / "smb.conf"
        self.command = ["smbd", "-s", str(file), "-l", str(folder), "-F", "--no-process-group"]
        words = {"port": self.port, "folder": folder, "share": self.share, "user": self.user, "more": more}
        file.write_text(CONFIGURATION.format(**words))
        typed = f"{PASSWORD}\n{PASSWORD}\n"
        add_user = ["pdbedit", "-s", str(file), "-a", "-t", "-u", self.user]
        subprocess.run(add_user, input=typed, text=True, check=True, capture_output=True)

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


async def aim(rig: DeliveryRig, server: Samba, **values: object) -> None:
    """Set the server as the rig's target."""
    login = {"UserName": server.user, "Password": PASSWORD}
    place = {"Enable": "yes", "SambaServer": "127.0.0.1", "Port": server.port, "Share": "clips"}
    await rig.set("NetStorage", **(place | login | values))
