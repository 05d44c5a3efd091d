"""Fresh Debian machine: Debian's own systemd in namespaces, on a copy of a root that debootstrap made once."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.camera import eventually
from tests.foreign_programs import FOLDER

BOOTSTRAP_S = 600
BOOT_S = 60
COMMAND_S = 120
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
VARIABLES = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}

MOUNT = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$FOLDER"
mkdir "$FOLDER/changes" "$FOLDER/work" "$FOLDER/root"
mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$FOLDER/changes,workdir=$FOLDER/work" "$FOLDER/root"
cd "$FOLDER/root"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do touch dev/$name; mount --bind /dev/$name dev/$name; done
mkdir dev/shm dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
"""
"""Beginning of each use of the root, in its own mount namespace."""

BOOT = """
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
ip link set lo up
exec env -i "PATH=$PATH" container=lxc chroot . /lib/systemd/systemd --log-target=null --show-status=no
"""


class DebianMachine:
    """A machine that has just been installed; nothing of it is left at the end."""

    def __init__(self, base: Path, folder: Path) -> None:
        self._variables = {**os.environ, "BASE": str(base), "FOLDER": str(folder)}
        self._group = _unified_control_groups() / f"ipcamd-test-{os.getpid()}"
        self._process: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        """Start systemd in namespaces of its own; there is no network but the loopback interface."""
        self._group.mkdir()
        spaces = ["--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child"]
        script = f'echo $$ >"{self._group}/cgroup.procs"; exec unshare {" ".join(spaces)} sh -c "$0"'
        self._process = subprocess.Popen(["sh", "-c", script, MOUNT + BOOT], env=self._variables)
        eventually(self._is_up, "systemd does not start", patience=BOOT_S)

    def copy(self, file: Path, path: str) -> None:
        """Copy a file to the machine."""
        shutil.copy(file, f"/proc/{self._init()}/root{path}")

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command on the machine."""
        return self._enter(["--all", "--root", "--wd", *self._variables_of(command)], check)

    def output(self, *command: str, check: bool = True) -> str:
        """Return the output of a command on the machine."""
        return self.run(*command, check=check).stdout.strip()

    def run_in_its_network(self, *command: str) -> None:
        """Run a command of the tests' machine in the network of this one."""
        self._enter(["--net", *command], check=True)

    def shut_down(self) -> None:
        """End all processes."""
        if self._process:
            self._process.kill()
            self._process.wait()
            eventually(self._remove_groups, "processes of the machine are left", patience=BOOT_S)

    def _is_up(self) -> bool:
        assert self._process
        assert self._process.poll() is None, "the machine does not start"
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def _enter(self, arguments: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        command = ["nsenter", "--target", str(self._init()), *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=COMMAND_S)
        assert done.returncode == 0 or not check, f"{arguments}: {done.stdout}{done.stderr}"
        return done

    def _variables_of(self, command: tuple[str, ...]) -> list[str]:
        return ["env", "-i", *(f"{name}={value}" for name, value in VARIABLES.items()), *command]

    def _init(self) -> int:
        """Return the process that is number 1 there; 0 until it runs."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def _remove_groups(self) -> bool:
        for path, _, _ in os.walk(self._group, topdown=False):
            try:
                Path(path).rmdir()
            except OSError:
                return False
        return True


@contextmanager
def debian_machine() -> Iterator[DebianMachine]:
    """Boot a machine. Skips the test where namespaces or Debian's archive cannot be had."""
    base = _base()
    folder = Path(tempfile.mkdtemp(prefix="debian-"))  # a file system in memory is mounted there, for the machine alone
    machine = DebianMachine(base, folder)
    try:
        machine.boot()
        yield machine
    finally:
        machine.shut_down()
        folder.rmdir()


def _base() -> Path:
    """Return the root of a new machine of this Debian release, with the archives of Python at hand."""
    if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("it needs root, and namespaces")
    release = re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), re.MULTILINE)
    if not release or not shutil.which("debootstrap"):
        pytest.skip("it needs Debian with debootstrap")
    FOLDER.mkdir(parents=True, exist_ok=True)
    base, new = FOLDER / f"debian-{release[1]}", FOLDER / f"debian-{release[1]}.new"
    with (FOLDER / f"{base.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not base.exists():
            shutil.rmtree(new, ignore_errors=True)
            _bootstrap(release[1], new)
            new.rename(base)
    return base


def _bootstrap(release: str, folder: Path) -> None:
    """Install a minimal system with systemd, and download Python's dependencies. Skips the test without an archive."""
    include = "--include=systemd,ca-certificates"
    fetch = "apt-get update && apt-get install --yes --no-install-recommends --download-only python3"
    try:
        for command in (
            ["debootstrap", "--variant=minbase", include, release, str(folder)],
            ["chroot", str(folder), "sh", "-c", f"apt-get clean; {fetch}"],
        ):
            subprocess.run(command, check=True, capture_output=True, env=VARIABLES, timeout=BOOTSTRAP_S)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"debootstrap fails: {error.stdout[-300:]!r} {error.stderr[-300:]!r}")


def _unified_control_groups() -> Path:
    mounts = Path("/proc/mounts").read_text()
    found = re.search(r"^cgroup2? (\S+) cgroup2 rw", mounts, re.MULTILINE)
    if not found:
        pytest.skip("it needs control groups of version 2")
    return Path(found[1])
