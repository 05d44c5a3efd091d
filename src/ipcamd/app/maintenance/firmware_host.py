"""Firmware host: the process that runs a version, alone or under the supervisor of its trial."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ipcamd.maintenance.firmware.installed_versions import InstalledVersion
from ipcamd.maintenance.firmware.supervisor_link import SupervisorLink
from ipcamd.maintenance.firmware.trial import exec_trial
from ipcamd.workers.thread import run_in_thread


class FirmwareHost:
    """One process."""

    def __init__(self, link: SupervisorLink | None, end: Callable[[], None]) -> None:
        """`end` ends the camera, so that another version can replace it."""
        self._link = link
        self._end = end
        self._next: InstalledVersion | None = None

    @property
    def pid(self) -> int:
        """Process that receives the camera's signals."""
        return os.getppid() if self._link else os.getpid()

    async def confirm(self) -> bool:
        """Report to the supervisor that this version is ready; return whether it was on trial. Raises ``OSError``."""
        return await run_in_thread(self._link.confirm, "supervisor") if self._link else False

    def start_trial(self, version: InstalledVersion) -> None:
        """End the camera, so that `hand_over` starts `version`."""
        self._next = version
        self._end()

    def hand_over(self, state_dir: Path, ports: Sequence[str]) -> None:
        """Start the version of `start_trial` after the camera has ended. Raises ``OSError``.

        `ports` are options with the present port numbers, which remain the same.
        """
        if self._next is None:
            return
        if self._link:
            self._link.request_trial(self._next.folder.name)
        else:
            exec_trial(state_dir, self._next.folder.name, [*sys.argv[1:], *ports], base_options=ports)
