"""Launch of versions: the started installation passes control to the version in the state directory."""

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import ipcamd
from ipcamd.dataclass import dataclass
from ipcamd.maintenance.firmware.installed_versions import InstalledVersion, InstalledVersions
from ipcamd.maintenance.firmware.trial_record import undo_interrupted_trial
from ipcamd.workers.executor import DaemonExecutor

BASE = "IPCAMD_BASE"
"""Environment variable with the installation that started a version in the state directory."""


@dataclass(frozen=True, slots=True)
class BaseInstallation:
    """The installation that a user or service manager started."""

    command: tuple[str, ...]
    version: str

    def environment(self, options: Sequence[str] = ()) -> dict[str, str]:
        """Return the environment for a version that it starts. `options` are added to its command."""
        return {**os.environ, BASE: json.dumps({"command": (*self.command, *options), "version": self.version})}


def base_installation() -> BaseInstallation:
    """Return the installation that was started first: this one, unless another one started it."""
    if BASE in os.environ:
        found = json.loads(os.environ[BASE])
        return BaseInstallation(tuple(found["command"]), found["version"])
    return BaseInstallation((sys.executable, *sys.orig_argv[1:]), ipcamd.__version__)


def version_to_run(versions: InstalledVersions, base_version: str) -> InstalledVersion | None:
    """Return the installed version that takes precedence over the base installation, if any.

    A base installation that was upgraded since then, and is newer, runs itself.
    """
    installed = versions.current
    if installed is None:
        return None
    from packaging.version import Version  # imported here, because most cameras have no other version

    base = Version(base_version)
    is_upgraded = base > Version(installed.installed_over) and base > Version(installed.version)
    return None if is_upgraded else installed


def command_for(lib: Path, arguments: Sequence[str]) -> list[str]:
    """Return the command line that runs the version in `lib`."""
    return [sys.executable, str(lib), *arguments]


def start_installed(state_dir: Path, arguments: Sequence[str], is_wanted: bool) -> None:
    """Replace this process by the version in the state directory, if there is one and it `is_wanted`. An interrupted
    trial is reverted before. Raises ``ConfigError``, ``OSError``."""
    if BASE in os.environ:
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))  # nothing runs yet, and the disk may hang
    version = DaemonExecutor().submit(_find_version, InstalledVersions(state_dir)).result()
    if version and is_wanted:
        command = command_for(version.lib, arguments)
        os.execve(command[0], command, base_installation().environment())


def _find_version(versions: InstalledVersions) -> InstalledVersion | None:
    if not versions.is_used():
        return None
    undo_interrupted_trial(versions)
    return version_to_run(versions, ipcamd.__version__)


def exec_base() -> None:
    """Replace this process by the base installation. Returns only by raising ``OSError``."""
    command = base_installation().command
    environment = {name: value for name, value in os.environ.items() if name != BASE}
    os.execve(command[0], list(command), environment)
