"""Lens controller: moves zoom and focus of the motor lens on request (SDK 13).

Motors take time: an action during a movement is refused.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from ipcamd.control.lens.autofocus import Autofocus
from ipcamd.control.motor_watch import MotorWatch
from ipcamd.control.stored_positions import StoredLensPosition
from ipcamd.device.driver_guard import DriverGuard
from ipcamd.device.drivers import Lens
from ipcamd.device.position import FOCUS_LIMIT, LensPosition
from ipcamd.errors import RequestFailed
from ipcamd.media.image.focus_meter import FocusMeter
from ipcamd.store.keyvalue import KeyValueStore
from ipcamd.workers.tasks import end_tasks

ZOOM_INDEX_LIMIT = 6
"""Zoom also has an index, 0 to 6 (SDK 13); half of it plus 1 is the zoom (clarifications, PTZ)."""


def zoom_index_of(position: LensPosition) -> int:
    """Return the zoom index of a position, 0 to 6."""
    return round((position.zoom - 1) * 2)


class LensController:
    """The motor lens of one camera. For the event loop."""

    def __init__(
        self,
        driver: Lens,
        key_values: KeyValueStore,
        motors: MotorWatch,
        meter: FocusMeter,
        note: Callable[[str], None] = lambda _: None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`motors` monitors `driver`, `meter` measures the sharpness of the picture, `note` writes a failure to the
        event log; `now_s` is the driver's clock."""
        self._now_s = now_s
        self._driver, self._stored, self._motors = driver, StoredLensPosition(key_values), motors
        self._guard = DriverGuard("the lens", note)
        self._autofocus = Autofocus(driver, self._drive, meter)
        self._scan: asyncio.Task[None] | None = None
        self._is_asking = False
        """Whether the driver has not yet accepted the last action."""
        motors.keep(self._save, lambda: self._scan is not None)

    @property
    def is_supported(self) -> bool:
        """Whether there is a motor lens."""
        return self._driver.is_present

    @property
    def is_busy(self) -> bool:
        """Whether a motor runs, or autofocus does."""
        return self._is_asking or self._scan is not None or self._driver.rest_in_s > 0

    @property
    def position(self) -> LensPosition:
        """The present position."""
        return self._driver.position_at(self._now_s())

    def state(self) -> dict[str, object]:
        """Return the state for pages: zoom as an index of 0 to 6, focus, and activity."""
        position = self.position
        return {
            "zoom": zoom_index_of(position),
            "focus": round(position.focus),
            "busy": self.is_busy,
            "autofocus": self._scan is not None,
        }

    def start(self) -> None:
        """Restore the position of the last run."""
        if self._driver.is_present and (position := self._stored.position):
            self._driver.restore(position)

    async def close(self) -> None:
        """Stop autofocus; the `MotorWatch` stores the position."""
        await end_tasks(self._scan)

    def refuse_absent(self) -> None:
        """Raise ``RequestFailed`` without a lens."""
        if not self._driver.is_present:
            raise RequestFailed("not supported by this device")

    async def step_focus(self, steps: int) -> None:
        """Move the focus by steps of a hundredth of its range, or to the limit. Raises ``RequestFailed``."""
        self._refuse_busy()
        target = self._driver.target
        await self._act(replace(target, focus=min(max(round(target.focus) + steps, 0), FOCUS_LIMIT)))

    async def zoom_to(self, index: int) -> None:
        """Move the zoom to an index of 0 to 6; the focus does not move. Raises ``RequestFailed``."""
        self._refuse_busy()
        await self._act(replace(self._driver.target, zoom=1 + index / 2))

    async def focus_to(self, focus: float) -> None:
        """Move the focus to 0 to 100, replacing a present move. Raises ``RequestFailed``."""
        self.refuse_absent()
        if self._scan:
            raise RequestFailed("busy")
        await self._act(replace(self._driver.target, focus=min(max(focus, 0.0), FOCUS_LIMIT)))

    async def stop(self) -> None:
        """Stop the motors; autofocus continues. Raises ``RequestFailed``."""
        self.refuse_absent()
        if not self._scan:
            await self._guard.run(self._driver.stop())
            self._motors.follow()

    async def start_autofocus(self) -> None:
        """Start autofocus. Raises ``RequestFailed``."""
        self._refuse_busy()
        start = self._driver.target.focus
        await self._act(self._autofocus.prepare())
        self._scan = asyncio.get_running_loop().create_task(self._focus(start))
        self._motors.tell()

    def _refuse_busy(self) -> None:
        self.refuse_absent()
        if self.is_busy:
            raise RequestFailed("busy")

    async def _focus(self, start: float) -> None:
        try:
            with contextlib.suppress(RequestFailed):  # the guard has recorded it
                await self._autofocus.run(start)
        except asyncio.CancelledError:  # at shutdown: the next start must not show a blurred picture
            self._driver.restore(replace(self._driver.target, focus=start))
            raise
        finally:
            self._scan = None
            self._motors.follow()

    async def _act(self, target: LensPosition) -> None:
        self._is_asking = True
        try:
            await self._drive(target)
        finally:
            self._is_asking = False

    async def _drive(self, target: LensPosition, pace: float = 1.0) -> None:
        await self._guard.run(self._driver.move_to(target, pace))
        self._motors.follow()

    async def _save(self) -> None:
        if self._driver.is_present:
            await self._stored.save_position(self.position)
