"""Motor watch: monitors moves of the pan-tilt head and the lens, which share the zoom.

During a move, motion detection is suspended and pages are informed; when the motors stop, positions are stored.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ipcamd.device.drivers import Motors
from ipcamd.errors import IpcamdError
from ipcamd.workers.tasks import start_task

SETTLE_S = 0.5
"""Pause of motion detection after a move, in seconds."""

_log = logging.getLogger(__name__)


class MotorWatch:
    """Monitor of the motors of one camera. For the event loop."""

    def __init__(self, *motors: Motors, hold: Callable[[float], None] = lambda _: None) -> None:
        """`hold` suspends motion detection for this many seconds."""
        self._motors, self._hold = motors, hold
        self._timer: asyncio.TimerHandle | None = None
        self._watchers: list[Callable[[], None]] = []
        self._keepers: list[Callable[[], Awaitable[None]]] = []
        self._journeys: list[Callable[[], bool]] = []
        self._saving: set[asyncio.Task[None]] = set()

    @property
    def is_moving(self) -> bool:
        """Whether a motor runs."""
        return self._rest_in_s > 0

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when a move starts or ends, and when `tell` is called."""
        self._watchers.append(watcher)

    def keep(self, keeper: Callable[[], Awaitable[None]], journey: Callable[[], bool]) -> None:
        """Call `keeper`, which stores a position, when the motors stop outside a `journey`: a patrol would write at
        each of its stops."""
        self._keepers.append(keeper)
        self._journeys.append(journey)

    def follow(self) -> None:
        """Monitor the move that an action has started or ended."""
        rest_in_s = self._rest_in_s
        self._hold(rest_in_s + SETTLE_S)
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(rest_in_s, self.check_rest)
        self.tell()

    def check_rest(self) -> None:
        """Store the positions if the motors have stopped; else keep monitoring."""
        if self.is_moving:
            self.follow()
            return
        if not any(journey() for journey in self._journeys):
            self._save_positions()
        self.tell()

    def tell(self) -> None:
        """Call the watchers because something has changed."""
        for watcher in self._watchers:
            watcher()

    def save(self, action: Callable[[], Awaitable[None]]) -> None:
        """Save in the background; a failure is logged. `action` is called there, so that no coroutine remains if the
        event loop ends first."""

        async def save() -> None:
            try:
                await action()
            except IpcamdError as error:
                _log.warning("the position could not be stored: %s", error)

        start_task(save(), self._saving)

    async def saved(self) -> None:
        """Wait until all positions are saved."""
        while self._saving:
            await asyncio.gather(*self._saving)

    async def close(self) -> None:
        """Store the present positions."""
        if self._timer:
            self._timer.cancel()
        self._save_positions()
        await self.saved()

    @property
    def _rest_in_s(self) -> float:
        return max((motor.rest_in_s for motor in self._motors), default=0.0)

    def _save_positions(self) -> None:
        for keeper in self._keepers:
            self.save(keeper)
