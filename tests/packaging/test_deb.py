"""The Debian package: one command on a new Debian machine installs and starts the camera."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.packaging.debian_machine import DebianMachine, debian_machine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deb")
    subprocess.run([ROOT / "packaging/deb", folder], check=True, timeout=600)
    return next(folder.iterdir())


@pytest.fixture
def machine(package: Path) -> Iterator[DebianMachine]:
    with debian_machine() as machine:
        machine.copy(package, "/opt")
        yield machine


def test_one_command_makes_a_camera_of_a_fresh_machine(machine: DebianMachine, package: Path) -> None:
    install = ("apt-get", "install", "--yes", "--no-install-recommends", f"/opt/{package.name}")
    assert "journalctl --unit ipcamd" in machine.output(*install)
    first = password(machine, "ipcamd")
    assert_complete(machine, 8080, first)
    assert_unprivileged(machine, "ipcamd", "default")
    units = [f"/lib/systemd/system/{name}.service" for name in ("ipcamd", "ipcamd@")]
    assert machine.output("systemd-analyze", "verify", "--man=no", *units) == ""

    second = start_second_camera(machine)
    machine.run("sed", "-i", "s/^#port = .*/port = 8090/", "/etc/ipcamd.toml")
    machine.run(*install, "--reinstall")
    assert_complete(machine, 8090, first)
    assert_complete(machine, 8081, second)

    machine.run("apt-get", "remove", "--yes", "ipcamd")
    assert machine.output("systemctl", "list-units", "--no-legend", "ipcamd*") == ""
    assert not [path for path in left(machine) if path.startswith(("/usr/bin", "/usr/lib"))]
    assert {"/etc/ipcamd.toml", "/etc/ipcamd/door.toml", "/var/lib/ipcamd/default/ipcamd.lock"} <= left(machine)

    machine.run("apt-get", "purge", "--yes", "ipcamd")
    assert left(machine) == {"/etc/ipcamd/door.toml"}


def start_second_camera(machine: DebianMachine) -> str:
    """Start one as in its example; return its first password."""
    machine.run(
        "sh",
        "-c",
        "sed 's|^source.*|source = \"scene\"|' /usr/share/doc/ipcamd/examples/door.toml >/etc/ipcamd/door.toml",
    )
    machine.run("systemctl", "enable", "--now", "ipcamd@door")
    second = password(machine, "ipcamd@door")
    assert_complete(machine, 8081, second)
    assert_unprivileged(machine, "ipcamd@door", "door")
    return second


def password(machine: DebianMachine, unit: str) -> str:
    """Return the first password of a camera, as described in the package's message."""
    line = machine.output("journalctl", "--unit", unit, "--output", "cat", "--grep", "^first start")
    return line.split()[-1]


def assert_complete(machine: DebianMachine, port: int, password: str) -> None:
    machine.run_in_its_network(sys.executable, "-m", "tests.packaging.installed", str(port), password)


def assert_unprivileged(machine: DebianMachine, unit: str, state: str) -> None:
    """Fail unless the camera has a user of its own, and only that user can read its state and options."""
    process = machine.output("systemctl", "show", "--property", "MainPID", "--value", unit)
    assert machine.output("stat", "--format", "%U", f"/proc/{process}") == "ipcamd"
    assert machine.output("stat", "--format", "%U %a", f"/var/lib/ipcamd/{state}") == "ipcamd 700"
    assert machine.output("stat", "--format", "%G %a", "/etc/ipcamd", "/etc/ipcamd.toml") == "ipcamd 750\nipcamd 640"


def left(machine: DebianMachine) -> set[str]:
    """Return the files whose paths name the camera."""
    folders = ("/etc", "/usr", "/var/lib/ipcamd")
    return set(machine.output("find", *folders, "-type", "f", "-path", "*ipcamd*", check=False).split())
