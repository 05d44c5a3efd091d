"""Trial of a new version: a small supervisor starts it, and reverts to the old one unless it is ready in time.

The supervisor is the started process and keeps its process number. It forwards signals and ends with the version. A
confirmed version becomes the current one; otherwise the previous database is restored and the old version runs.
"""

import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import ipcamd
from ipcamd.command_line import hide_secrets
from ipcamd.maintenance.firmware.installed_versions import InstalledVersion, InstalledVersions
from ipcamd.maintenance.firmware.launch import base_installation, command_for, exec_base
from ipcamd.maintenance.firmware.supervisor_link import CONFIRMED, LINK, READY, TRIAL
from ipcamd.maintenance.firmware.trial_record import TrialRecord

READY_S = 60.0
"""Seconds from the start of a version within which it must be ready."""
STOP_S = 2.7
"""Seconds for the orderly end of a version."""

LOOK_S = 0.1
"""Seconds between two checks that the version runs."""

_BOOT = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from ipcamd.maintenance.firmware.trial import main; sys.exit(main(sys.argv[1:]))"
)
_FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1


def exec_trial(
    state_dir: Path,
    folder: str,
    arguments: Sequence[str],
    lib: Path | None = None,
    base_options: Sequence[str] = (),
    ready_s: float = READY_S,
) -> None:
    """Replace this process by the supervisor of the version in `folder`, which runs with `arguments`.

    `lib` contains the supervisor's code; None: this code. `base_options` are added to the command of the base
    installation, in case it must run again. Returns only by raising ``OSError``.
    """
    own_lib = str(lib or Path(ipcamd.__file__).parent.parent)
    command = [sys.executable, "-c", _BOOT, own_lib, str(state_dir), folder, str(ready_s), *arguments]
    os.execve(sys.executable, command, base_installation().environment(base_options))


def main(arguments: Sequence[str]) -> int:
    """Run the supervisor: state directory, folder of the version, seconds, arguments of the version."""
    hide_secrets()
    state_dir, folder, ready_s, *rest = arguments
    versions = InstalledVersions(Path(state_dir))
    version = versions.find(folder)
    if version is None:
        exec_base()
        raise AssertionError
    return Trial(versions, version, rest, float(ready_s)).run()


class Trial:
    """One trial, and the supervision of the version after it."""

    def __init__(
        self, versions: InstalledVersions, version: InstalledVersion, arguments: Sequence[str], ready_s: float
    ) -> None:
        """`arguments` are those of ``ipcamd run``; `ready_s` is the time limit until the version serves."""
        self._versions = versions
        self._version = version
        self._arguments = arguments
        self._ready_s = ready_s
        self._record = TrialRecord(versions)
        self._child: subprocess.Popen[bytes]
        self._link: socket.socket
        self._is_stopping = False

    def run(self) -> int:
        """Return the exit code, after the version has ended. Raises ``ConfigError``, ``OSError``."""
        for number in _FORWARDED:
            signal.signal(number, self._forward)
        with self._record.hold():
            failure = self._try_out()
        if failure and not self._is_stopping:
            exec_base()
        return 0 if failure else self._follow()

    def _try_out(self) -> str:
        """Start the version and make it the current one; return the reason of a failure, after which everything is
        reverted."""
        try:
            self._record.create(self._version)
        except OSError as error:
            return self._report(f"version {self._version.version} was not tried: {error.strerror}")
        try:
            self._start()
        except OSError as error:  # for lack of memory or processes
            return self._revert(f"version {self._version.version} could not be started: {error.strerror}")
        failure = self._wait_until_ready()
        if not failure:
            try:
                self._versions.switch(self._version)
                self._record.delete()
                self._link.sendall(CONFIRMED)
                return ""
            except OSError as error:
                failure = f"version {self._version.version} could not be made the current one: {error.strerror}"
        self._stop()
        return self._revert(failure)

    def _revert(self, failure: str) -> str:
        self._record.undo(failure)
        return self._report(failure)

    def _start(self) -> None:
        self._link, others = socket.socketpair()
        self._child = subprocess.Popen(
            command_for(self._version.lib, self._arguments),
            env={**os.environ, LINK: str(others.fileno())},
            pass_fds=(others.fileno(),),
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process has one thread
        )
        others.close()

    def _wait_until_ready(self) -> str:
        """Return why the version failed; "" if it is ready."""
        name, deadline_s = f"version {self._version.version}", time.monotonic() + self._ready_s
        while not self._is_stopping:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                return f"{name} was not ready within {self._ready_s:g} s"
            readable, _, _ = select.select([self._link], [], [], min(left_s, LOOK_S))
            if readable and self._link.recv(len(READY)) == READY:
                return ""
            if readable or self._child.poll() is not None:
                self._stop()
                return f"{name} ended with exit code {self._child.returncode} before it was ready"
        return f"{name} was stopped before it was ready"

    def _stop(self) -> None:
        self._child.terminate()
        try:
            self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _report(self, failure: str) -> str:
        print(f"ipcamd: {failure}: the previous version runs", file=sys.stderr, flush=True)
        return failure

    def _follow(self) -> int:
        """Wait for the end of the version; try the next one if requested."""
        code = self._child.wait()
        asked = self._link.recv(4096) if code == 0 else b""
        if asked.startswith(TRIAL) and not self._is_stopping:
            folder = asked.removeprefix(TRIAL).decode()
            exec_trial(self._versions.folder.parent, folder, self._arguments, self._version.lib)
        return code if code >= 0 else 128 - code

    def _forward(self, number: int, _: FrameType | None) -> None:
        if number != signal.SIGHUP:
            self._is_stopping = True
        if hasattr(self, "_child") and self._child.poll() is None:
            self._child.send_signal(number)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
