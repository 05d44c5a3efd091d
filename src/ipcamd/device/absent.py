"""Absent drivers: missing hardware. Its actions are refused, and its state is constant."""

from collections.abc import Callable, Collection

from ipcamd.device.host_network import HostNetwork
from ipcamd.device.position import LensPosition, PtzPosition
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Values

_UNSUPPORTED = "not supported by this device"


class _AbsentPart:
    is_present = is_connected = False

    async def check(self) -> None:
        raise RequestFailed(_UNSUPPORTED)


class _AbsentMotors(_AbsentPart):
    is_digital = False
    rest_in_s = 0.0

    async def stop(self) -> None:
        raise RequestFailed(_UNSUPPORTED)


class AbsentOutput(_AbsentPart):
    """No digital output: switching it has no effect."""

    level = "low"

    def set_level(self, level: str) -> None:
        """See `DigitalOutput`."""


class AbsentPanTilt(_AbsentMotors):
    """No pan-tilt head."""

    position = target = PtzPosition()

    def restore(self, position: PtzPosition) -> None:
        """See `PanTilt`."""

    async def move_to(self, target: PtzPosition, pan_speed: int, tilt_speed: int) -> None:
        """See `PanTilt`."""
        raise RequestFailed(_UNSUPPORTED)

    async def calibrate(self) -> None:
        """See `PanTilt`."""
        raise RequestFailed(_UNSUPPORTED)


class AbsentLens(_AbsentMotors):
    """No motor lens; a pan-tilt head may have a zoom."""

    blur = 0.0
    target = LensPosition()

    def position_at(self, moment_s: float) -> LensPosition:
        """See `Lens`."""
        return self.target

    def restore(self, position: LensPosition) -> None:
        """See `Lens`."""

    async def move_to(self, target: LensPosition, pace: float = 1.0) -> None:
        """See `Lens`."""
        raise RequestFailed(_UNSUPPORTED)


class AbsentIrCut(_AbsentPart):
    """No IR-cut filter."""

    in_path = True

    def set_filter(self, in_path: bool) -> None:
        """See `IrCut`."""
        raise RequestFailed(_UNSUPPORTED)


class AbsentLight:
    """No light sensor."""

    level = None

    def watch(self, listener: Callable[[], None]) -> None:
        """See `LightSensor`."""


class AbsentLed(_AbsentPart):
    """No light at the network socket."""

    def set_lit(self, lit: bool) -> None:
        """See `Led`."""


class AbsentSerialLine(_AbsentPart):
    """No RS-485 line."""

    async def send(self, data: bytes, values: Values) -> None:
        """See `SerialLine`."""
        raise RequestFailed(_UNSUPPORTED)


class AbsentNetwork(HostNetwork):
    """The machine's network, which the camera does not configure; services listen on one of its addresses."""

    def check(self, network: Values, changed: Collection[str]) -> None:
        """See `NetworkInterface`."""
        if others := set(changed) - {"IPAddress"}:
            raise RequestFailed(f"Network.{min(others)}: {_UNSUPPORTED}")

    async def configure(self, network: Values, pppoe: Values) -> None:
        """See `NetworkInterface`."""
