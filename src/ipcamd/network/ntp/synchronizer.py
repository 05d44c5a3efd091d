"""NTP synchronizer: steps or slews the camera's clock while ``Time.SyncSource`` is ``NTP``."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from ipcamd.dataclass import dataclass
from ipcamd.device.clock import CameraClock
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import IpcamdError
from ipcamd.network.ntp.client import TIMEOUT_S, ask_offset
from ipcamd.params.time import NTP, TIME
from ipcamd.settings.change_records import CAMERA
from ipcamd.settings.settings import Settings
from ipcamd.time_units import SECOND_NS
from ipcamd.workers.tasks import end_tasks

STEP_NS = 1_000_000_000
"""Larger offsets are stepped, smaller ones are slewed."""
RETRY_S = 30.0
"""Seconds from a failure to the next attempt, doubled with each further failure up to the interval."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NtpStatus:
    """Result of the last attempt, and of the last successful one."""

    problem: str = ""
    """Reason of the last failure; "" after a success."""
    synchronized_ns: int | None = None
    """Time of the last correction, by the camera's clock; None: not since the start."""
    offset_s: float = 0.0
    """Offset of the clock at that time, positive if it was behind."""


class NtpSynchronizer:
    """Queries the server when NTP is enabled, at start, and once per interval. Waiting uses the monotonic clock."""

    def __init__(
        self,
        settings: Settings,
        clock: CameraClock,
        egress: EgressPolicy,
        note: Callable[[str], None],
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """`note` writes a failure to the event log."""
        self._settings, self._clock, self._egress = settings, clock, egress
        self._note, self._timeout_s = note, timeout_s
        self._task: asyncio.Task[None] | None = None
        self.status = NtpStatus()
        self._source = ("", "")

    def start(self) -> None:
        """Follow the settings."""
        for group in (TIME, NTP):
            self._settings.watch(group.name, lambda _: self._follow())
        self._follow()

    async def close(self) -> None:
        """Stop."""
        await end_tasks(self._task)

    def _follow(self) -> None:
        """Restart if the source or the server changed."""
        source = self._settings[TIME.name]["SyncSource"], str(dict(self._settings[NTP.name]))
        if source == self._source:
            return
        self._source, self.status = source, replace(self.status, problem="")
        if self._task:
            self._task.cancel()
            self._task = None
        if source[0] == "NTP":
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        retry_s = RETRY_S
        interval_s = interval_of(self._settings[NTP.name]["Update"])
        while True:
            if await self._attempt():
                retry_s = RETRY_S
                await asyncio.sleep(interval_s)
            else:
                await asyncio.sleep(min(retry_s, interval_s))
                retry_s *= 2

    async def _attempt(self) -> bool:
        host, port = self._settings[NTP.name].value("Server")
        problem = ""
        try:
            offset_ns = await ask_offset(self._egress, host, port, self._clock.now_ns, self._timeout_s)
            await self._correct(offset_ns)
        except IpcamdError as error:
            problem = str(error)
        except Exception as error:  # keep trying
            _log.exception("NTP failed")
            problem = str(error)
        self._report(problem)
        return not problem

    async def _correct(self, offset_ns: int) -> None:
        _log.info("NTP: the clock is %.3f s %s", abs(offset_ns) / SECOND_NS, "behind" if offset_ns > 0 else "ahead")
        if abs(offset_ns) > STEP_NS:
            part = self._clock.set(self._clock.now_ns() + offset_ns)
            await self._settings.update((), part, by=CAMERA, notes=(f"clock {offset_ns / SECOND_NS:+.3f} s by NTP",))
        else:
            await self._settings.update((), self._clock.slew(offset_ns), by=CAMERA)
        self.status = replace(self.status, synchronized_ns=self._clock.now_ns(), offset_s=offset_ns / SECOND_NS)

    def _report(self, problem: str) -> None:
        """Log a failure once, until it changes."""
        if problem and problem != self.status.problem:
            _log.warning("NTP: %s", problem)
            self._note(problem)
        self.status = replace(self.status, problem=problem)


def interval_of(text: str) -> float:
    """Return the seconds of an interval ``hh:mm:ss``."""
    hours, minutes, seconds = map(int, text.split(":"))
    return hours * 3600.0 + minutes * 60 + seconds
