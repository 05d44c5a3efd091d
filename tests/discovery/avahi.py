"""Avahi on a neighbour: a daemon with a message bus of its own, and the results of ``avahi-browse``."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.camera import eventually
from tests.networks import Neighbour

BUS = """<busconfig><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""
DAEMON = """[server]
allow-interfaces={interface}
[wide-area]
enable-wide-area=no
[publish]
disable-publishing=yes
"""
OWN_RUN = "mount -t tmpfs none /run/avahi-daemon 2>/dev/null || mount -t tmpfs none /run; mkdir -p /run/avahi-daemon; "


@dataclass(frozen=True)
class AvahiService:
    """One line of ``avahi-browse --resolve --parsable``."""

    protocol: str
    name: str
    host: str
    address: str
    port: int
    text: str


class Avahi:
    def __init__(self, host: Neighbour, bus: Path) -> None:
        self._host = host
        self._environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}"}

    def browse(self, service: str) -> list[AvahiService]:
        """Return the services of a type that are there, one for each address."""
        command = self._host.command("avahi-browse", "--resolve", "--parsable", "--terminate", service)
        fields = [line.split(";") for line in self._lines(command) if line.startswith("=")]
        return [AvahiService(f[2], f[3], f[6], f[7], int(f[8]), f[9]) for f in fields]

    def _lines(self, command: list[str]) -> list[str]:
        """Return the output of a command; on a busy machine it may miss an answer of the daemon, and wait for ever."""
        for _ in range(3):
            with contextlib.suppress(subprocess.TimeoutExpired):
                done = subprocess.run(
                    command, capture_output=True, text=True, env=self._environment, timeout=30, check=False
                )
                return done.stdout.splitlines()
        raise AssertionError(f"{command[-1]}: avahi-browse does not end")


@contextlib.contextmanager
def running_avahi(host: Neighbour, folder: Path) -> Iterator[Avahi]:
    """Run a daemon that listens on the host's link."""
    socket, bus, daemon = folder / "bus", folder / "bus.conf", folder / "avahi.conf"
    bus.write_text(BUS.format(socket=socket))
    daemon.write_text(DAEMON.format(interface=host.interface))
    with contextlib.ExitStack() as stack:
        stack.enter_context(_running(["dbus-daemon", f"--config-file={bus}", "--nofork", "--nopidfile"]))
        eventually(socket.exists)
        avahi = Avahi(host, socket)
        program = f"avahi-daemon --no-drop-root --no-chroot --no-rlimits -f {daemon}"
        command = host.command("unshare", "--mount", "sh", "-c", OWN_RUN + "exec " + program)
        stack.enter_context(_running(command, avahi._environment))
        yield avahi


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()  # it keeps nothing that a later one needs, and does not always end by itself
        process.wait(20)
