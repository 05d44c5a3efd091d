"""Debian's ProFTPD as this user, on a port of its own, with a directory of its own."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from grp import getgrgid
from pathlib import Path

import pytest
from tests.delivery.contents import contents
from tests.delivery.server_process import ServerProcess

USER, PASSWORD = "cam", "sesame"
HASH = "$6$ipcamd$N/.K2mU7x2bAo/ewRgWjlXIX/xQR1C0u8S08TIA.3LsXNkPzZbQjUJB6SVb5EtCHLsH.ZWl2cnz.llwyhb5ZD1"
"""Of the password; see crypt(5)."""

CONFIGURATION = """
ServerType standalone
Port {port}
DefaultAddress 127.0.0.1
UseIPv6 off
UseReverseDNS off
WtmpLog off
User {user}
Group {group}
AuthUserFile {folder}/passwd
AuthOrder mod_auth_file.c
RequireValidShell off
RootLogin on
PidFile {folder}/pid
ScoreboardFile {folder}/scoreboard
DelayTable none
SystemLog {folder}/log
TransferLog none
AllowOverwrite {overwrite}
{more}
"""
CREATE_ONLY = """
<Directory />
  <Limit RNFR RNTO DELE MKD>
    DenyAll
  </Limit>
</Directory>
"""


class ProFtpd(ServerProcess):
    """A running proftpd, with Debian's relevant settings and the lines in `more`."""

    def __init__(self, folder: Path, more: str = "", overwrite: str = "on") -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        (folder / "passwd").write_text(f"{USER}:{HASH}:{os.getuid()}:{os.getgid()}::{self.home}:/bin/sh\n")
        (folder / "passwd").chmod(0o600)
        file = folder / "proftpd.conf"
        self.command = ["proftpd", "-n", "-c", str(file)]
        names = {"user": getuser(), "group": getgrgid(os.getgid()).gr_name}
        words = {"port": self.port, "folder": folder, "more": more, "overwrite": overwrite, **names}
        file.write_text(CONFIGURATION.format(**words))

    def files(self) -> dict[str, bytes]:
        return contents(self.home)


@contextmanager
def proftpd(folder: Path, more: str = "", overwrite: str = "on") -> Iterator[ProFtpd]:
    """Give a ProFTPD server; skip the test where there is none."""
    if shutil.which("proftpd") is None:
        pytest.skip("ProFTPD is not installed: apt-get install proftpd-core")
    server = ProFtpd(folder, more, overwrite)
    server.start()
    try:
        yield server
    finally:
        server.stop()
