"""V4L2 motor driver: supervises the motors of one device, and writes their moves in small steps."""

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping

from ipcamd.device.linux.supervised_driver import CHECK_S, SupervisedDriver
from ipcamd.device.linux.v4l2.controls import ControlRange, V4l2Controls
from ipcamd.device.linux.v4l2.step_writer import StepWriter
from ipcamd.errors import RequestFailed


class V4l2MotorDriver(SupervisedDriver):
    """Motors with controls of one device. Moves are written step by step until the motors stop."""

    def __init__(
        self,
        controls: V4l2Controls,
        step_s: float,
        check_s: float = CHECK_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """The device may be missing at first. `step_s` is the interval of the steps of a move; `now_s` is a monotonic
        clock, both in seconds."""
        super().__init__(check_s)
        self._controls, self._now_s = controls, now_s
        self._knows_controls = False
        """Whether the device's controls are known; they are read again after each failure."""
        self._steps = StepWriter(self._write_positions, lambda: self._is_moving, self._give_up, step_s, now_s)

    async def close(self) -> None:
        """See `Unit`. A present move is stopped."""
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
        """Stop at the present position, after a failed step."""
        self._knows_controls = False
        self._freeze()
        self._wake()  # the check records the failure

    @property
    @abstractmethod
    def _is_moving(self) -> bool:
        """Whether a move is in progress."""

    @abstractmethod
    async def _connect(self, ranges: Mapping[int, ControlRange]) -> None:
        """Use the device with these controls. Raises ``RequestFailed`` if required ones are missing."""

    @abstractmethod
    async def _refresh(self) -> None:
        """Check that the device is present, and read the positions of its motors. Raises ``RequestFailed``."""

    @abstractmethod
    async def _write_positions(self) -> None:
        """Write the present positions of the motors. Raises ``RequestFailed``."""

    @abstractmethod
    def _freeze(self) -> None:
        """End the paths at the present positions."""
