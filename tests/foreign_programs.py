"""Foreign programs of the package indexes, each in a folder of its own outside the checkout.

Several share an import name. A program that cannot be installed is skipped, with the reason.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from zlib import crc32

import pytest

FOLDER = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "ipcamd-tests"
INSTALL_S = 100
"""Seconds for an installation; a large one takes `LARGE_S`."""
LARGE_S = 900
IS_LARGE = "IPCAMD_LARGE_CLIENTS" in os.environ
needs_large = pytest.mark.skipif(not IS_LARGE, reason="it downloads much: set IPCAMD_LARGE_CLIENTS=1")


@dataclass(frozen=True)
class Program:
    """Installed packages."""

    command: tuple[str, ...]
    """Interpreter."""
    variables: dict[str, str]
    folder: Path

    def run(self, *arguments: str, timeout_s: float = 100, variables: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return its output; it must end with 0. `variables` are added to the environment."""
        command = [*self.command, *arguments]
        environment = {**_environment(), **self.variables, **variables}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout


def python_packages(*requirements: str, version: str = f"3.{sys.version_info.minor}") -> Program:
    """Return the interpreter of that version with these packages, and without those of the tests."""
    python = _find_python(version)

    def install(folder: Path) -> list[str]:
        return [str(python), "-m", "pip", "install", "--quiet", "--target", str(folder), *requirements]

    folder = _install((*requirements, *([version] if version not in sys.version else [])), install)
    return Program((str(python), "-s"), {"PYTHONPATH": str(folder)}, folder)


def _find_python(version: str) -> Path:
    """Return the interpreter of a version: our own, that of the search path, or one that pyenv keeps."""
    if version == f"3.{sys.version_info.minor}":
        return Path(sys.base_prefix, "bin", f"python{version}")
    kept = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser().glob(f"versions/{version}.*/bin/python")
    for python in [shutil.which(f"python{version}"), *kept]:
        command = [str(python), "-m", "pip", "--version"]
        if python and subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return Path(python)
    pytest.skip(f"Python {version} is missing")


def node_packages(*requirements: str) -> Program:
    """Return Node with these packages."""
    if not shutil.which("npm"):
        pytest.skip("npm is missing")
    folder = _install(requirements, lambda folder: ["npm", "install", "--prefix", str(folder), *requirements])
    return Program(("node",), {"NODE_PATH": str(folder / "node_modules")}, folder)


def _install(requirements: tuple[str, ...], command: Callable[[Path], list[str]]) -> Path:
    """Return the folder of the packages; processes that want the same wait for each other."""
    name = f"{requirements[0]}-{crc32(' '.join((*requirements, sys.version)).encode()):08x}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder, new = FOLDER / name, FOLDER / f"{name}.new"
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            try:
                subprocess.run(
                    command(new), capture_output=True, text=True, timeout=LARGE_S if IS_LARGE else INSTALL_S, check=True
                )
            except (subprocess.SubprocessError, OSError) as error:
                output = getattr(error, "stderr", None) or str(error)
                pytest.skip(f"{', '.join(requirements)} cannot be installed: {str(output).strip()[-200:]}")
            new.rename(folder)
    return folder


def _environment() -> dict[str, str]:
    """Return the variables without those that would change how a certificate is checked."""
    return {name: value for name, value in os.environ.items() if not name.endswith("CA_BUNDLE")}
