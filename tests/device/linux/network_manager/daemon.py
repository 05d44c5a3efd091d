"""NetworkManager itself, on a message bus of its own, in the test's network namespace."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.discovery.avahi import BUS
from tests.e2e.camera import eventually
from tests.networks import Network

from ipcamd.device.host_network import HostNetwork

CONFIGURATION = """[main]
plugins=keyfile
dns=none
rc-manager=unmanaged
no-auto-default=*
auth-polkit=false
[keyfile]
path=/run/connections
unmanaged-devices=except:interface-name:cam*
[device]
match-device=interface-name:cam*
managed=1
"""
OWN_FILES = """set -e
mount -t tmpfs none /run
mount -t tmpfs none /var/lib
mkdir /var/lib/NetworkManager /run/connections
mount -t sysfs -o ro none /sys
exec {} --no-daemon --config {} --config-dir /run/none
"""
"""Nothing of the machine's NetworkManager is read or written; without udev it takes the interfaces as they are."""


@contextlib.contextmanager
def running_bus(folder: Path) -> Iterator[str]:
    """Run a message bus; give its address."""
    socket, configuration = folder / "bus", folder / "bus.conf"
    configuration.write_text(BUS.format(socket=socket).replace("<busconfig>", "<busconfig><type>system</type>"))
    with running(["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile"], folder / "bus.log"):
        eventually(socket.exists)
        yield f"unix:path={socket}"


@contextlib.contextmanager
def running_network_manager(folder: Path, bus: str) -> Iterator[None]:
    """Run NetworkManager for the interfaces ``cam...``."""
    configuration, log = folder / "nm.conf", folder / "nm.log"
    configuration.write_text(CONFIGURATION)
    command = ["unshare", "--mount", "sh", "-c", OWN_FILES.format(program("sbin/NetworkManager"), configuration)]
    with running(command, log, DBUS_SYSTEM_BUS_ADDRESS=bus) as process:

        def is_ready() -> bool:
            assert process.poll() is None, log.read_text()
            shown = nmcli(bus, "device")
            return "disconnected" in shown or " connected" in shown

        eventually(is_ready, "NetworkManager does not manage cam1")
        yield


@pytest.fixture
def bus(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """NetworkManager runs, and manages ``cam1``."""
    network.add_neighbour()
    with running_bus(tmp_path) as address, running_network_manager(tmp_path, address):
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        yield address


def addresses() -> set[str]:
    """Return the IPv4 addresses of ``cam1``."""
    own = HostNetwork().addresses()
    return {each.address for each in own if each.interface == "cam1" and ":" not in each.address}


def program(path: str) -> str:
    """Return a program of NetworkManager, which is unpacked and not installed: it would take over this machine."""
    unpacked = Path(__file__).parents[4] / "build/network-manager" / path
    return str(unpacked) if unpacked.exists() else path.rpartition("/")[2]


def nmcli(bus: str, *arguments: str) -> str:
    environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus, "LC_ALL": "C"}
    done = subprocess.run(
        [program("bin/nmcli"), *arguments], capture_output=True, text=True, env=environment, check=False
    )
    return done.stdout


@contextlib.contextmanager
def running(command: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=file, stderr=file)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
