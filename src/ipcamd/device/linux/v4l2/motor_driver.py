"""V4L2 motor driver: looks after the motors of one device, and writes their moves in small steps."""

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping

from ipcamd.device.linux.supervised_driver import CHECK_S, SupervisedDriver
from ipcamd.device.linux.v4l2.controls import ControlRange, V4l2Controls
from ipcamd.device.linux.v4l2.step_writer import StepWriter
from ipcamd.errors import RequestFailed


class V4l2MotorDriver(SupervisedDriver):
    """Motors behind the controls of one device. A move's path is written step by step until the motors rest."""

    def __init__(
        self,
        controls: V4l2Controls,
        step_s: float,
        check_s: float = CHECK_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """The device need not be there yet. `step_s` is the time from one step of a move to the next, in seconds;
        `now_s` is a monotonic clock, in seconds."""
        super().__init__(check_s)
        self._controls, self._now_s = controls, now_s
        self._knows_controls = False
        """Whether the device was asked which controls it has; it is asked again after each failure."""
        self._steps = StepWriter(self._write, lambda: self._is_moving, self._give_up, step_s, now_s)

    async def close(self) -> None:
        """See `Unit`. A move under way is cut."""
        await self._steps.cut()
        await super().close()
        self._controls.close()

    async def _bring(self) -> None:
        try:
            if not self._knows_controls:
                await self._connect(await self._controls.ranges())
                self._knows_controls = True
            if not self._steps.is_writing:
                await self._refresh()
        except RequestFailed:
            self._knows_controls = False
            raise

    def _give_up(self) -> None:
        """Rest where the motors are, after a failure of a step."""
        self._knows_controls = False
        self._freeze()
        self._wake()  # the check notes the failure

    @property
    @abstractmethod
    def _is_moving(self) -> bool:
        """Whether the path of a move has not ended."""

    @abstractmethod
    async def _connect(self, ranges: Mapping[int, ControlRange]) -> None:
        """Take the device in use, which has these controls. Raises ``RequestFailed`` if it lacks those needed."""

    @abstractmethod
    async def _refresh(self) -> None:
        """See whether the device is still there, and where its motors are. Raises ``RequestFailed``."""

    @abstractmethod
    async def _write(self) -> None:
        """Write where the motors should be now. Raises ``RequestFailed``."""

    @abstractmethod
    def _freeze(self) -> None:
        """End the paths where the motors are."""
