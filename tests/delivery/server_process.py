"""Process of a real server, such as Debian's ProFTPD or Samba, on a port of this machine."""

import os
import signal
import socket
import subprocess
import time


class ServerProcess:
    """Base class of servers. Each has a command and a port."""

    command: list[str]
    port: int

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
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
        raise AssertionError(f"{self.command[0]} does not listen")

    def stop(self) -> None:
        """End it and its process of each connection, which share its session."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
